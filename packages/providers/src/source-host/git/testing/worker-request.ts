import type { CommitRequest } from "@trellis/core/catalog/ports.ts";

/** What the test worker commits for a name: a file of that name, or `file` for `name=file`; the key follows from the name. */
export function workerRequest(name: string): CommitRequest {
  return {
    branch: "main",
    message: `Write ${name}`,
    author: { name: "Worker", email: "worker@example.org" },
    key: `key-${name}`,
    changes: [{ path: name.replace(/^.*=/, ""), content: name }],
  };
}
