import { Transform } from "node:stream";
import { createFileArtifactStore } from "../provider.ts";

// A process of its own for tests: puts what it reads from its input and says on its output what has come through.
const [root = ""] = process.argv.slice(2);

const store = await createFileArtifactStore({ root });
const reporter = new Transform({
  transform(chunk: Buffer, _encoding, done) {
    process.stdout.write(`${chunk.length}\n`);
    done(null, chunk);
  },
});
process.stdout.write(`${(await store.put(process.stdin.pipe(reporter))).digest}\n`);
