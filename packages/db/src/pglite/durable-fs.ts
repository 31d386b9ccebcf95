import fs from "node:fs";
import { NodeFS } from "@electric-sql/pglite/nodefs";

/** Called by Emscripten's file system for an open file; `nfd` is the descriptor of the real file. */
type StreamOperations = { fsync?: (stream: { nfd: number }) => number };

/**
 * A folder as PGlite's file system, with an fsync that reaches the disk. PGlite's own has none, so that a commit would survive
 * the death of the process but not a power cut. It takes effect only without `-F` and with `wal_sync_method=fsync`.
 */
export class DurableFS extends NodeFS {
  readonly #onFsync: () => void;

  constructor(folder: string, onFsync: () => void) {
    super(folder);
    this.#onFsync = onFsync;
  }

  override async init(...args: Parameters<NodeFS["init"]>): ReturnType<NodeFS["init"]> {
    const result = await super.init(...args);
    const onFsync = this.#onFsync;
    // The typed module does not name `stream_ops`; a test counts calls, so a move of this hook cannot go unseen.
    result.emscriptenOpts.preRun?.unshift((module) => {
      const nodefs: { stream_ops?: StreamOperations } = module.NODEFS;
      if (!nodefs.stream_ops) throw new Error("PGlite's file system has changed: no place for fsync.");
      nodefs.stream_ops.fsync = (stream) => {
        fs.fdatasyncSync(stream.nfd);
        onFsync();
        return 0;
      };
    });
    return result;
  }
}
