import type { PreparedEnvironment, PythonEnvironments } from "../ports.ts";

/** Python environments for tests: an environment exists once `made` has its lock. */
export class FakeEnvironments implements PythonEnvironments {
  readonly made = new Set<string>();

  async find(lockDigest: string): Promise<PreparedEnvironment | null> {
    return this.made.has(lockDigest) ? { lockDigest, folder: `/environments/${lockDigest.slice(7, 19)}` } : null;
  }

  async installCommand(lockDigest: string) {
    return { command: `install ${lockDigest}`, environment: { INSTALL: "1" } };
  }
}
