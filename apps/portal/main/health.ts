import { access, constants } from "node:fs/promises";
import type { Trellis } from "@trellis/bootstrap";

/** Asks each part that the portal cannot do without; `ok` or what is wrong. */
export async function checkHealth(trellis: Trellis): Promise<Record<string, string>> {
  const checks: Record<string, () => Promise<unknown>> = {
    database: () => trellis.database.ping(),
    "data folder": () => access(trellis.environment.dataFolder, constants.W_OK),
  };
  const answers = Object.entries(checks).map(async ([name, check]): Promise<[string, string]> => {
    try {
      await check();
      return [name, "ok"];
    } catch (error) {
      return [name, error instanceof Error ? error.message : String(error)];
    }
  });
  return Object.fromEntries(await Promise.all(answers));
}
