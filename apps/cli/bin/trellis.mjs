#!/usr/bin/env node
// Node 22.18 and newer read TypeScript as it is; `npx trellis` in this repository always finds such a Node.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`trellis needs Node 22.18 or newer, this is ${process.versions.node}. Inside the repository, run: npx trellis\n`);
  process.exit(1);
}
await import("../src/main.ts");
