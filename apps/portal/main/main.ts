import "./runtime-settings.ts";
import { isCoreError } from "@trellis/core/kernel/errors.ts";

try {
  // Not a static import: what is imported so is compiled before the settings above count.
  const { runPortal } = await import("./run-portal.ts");
  await runPortal({ isDevelopment: process.argv.includes("--dev") });
} catch (error) {
  const text = isCoreError(error) ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`\nTrellis could not start: ${text}\n`);
  process.exit(1);
}
