import { migratedDump, migratedTemplate, testServerUrl } from "./template.ts";

/** For vitest's `globalSetup`: builds what the test databases start from once, before the files run side by side. */
export default async function setup(): Promise<void> {
  const server = testServerUrl();
  if (server) await migratedTemplate(server);
  else await migratedDump();
}
