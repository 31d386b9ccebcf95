import { RenderError, type RenderFault } from "./render-fault.ts";
import { type RenderedFile, renderFiles, type RenderLimits } from "./render-files.ts";

/** A request to the render process. Values travel as JSON, so that nothing but plain data can reach a template. */
export type RenderRequest = { files: { path: string; content: Uint8Array; executable: boolean }[]; valuesJson: string; nowMs: number; limits: RenderLimits };

/** What the render process says: which file it is at, then once how it ended. */
export type RenderReply = { kind: "file"; path: string } | { kind: "done"; files: RenderedFile[] } | { kind: "fault"; fault: RenderFault };

function reply(message: RenderReply): void {
  process.send?.(message);
}

function render(request: RenderRequest): RenderReply {
  try {
    const files = request.files.map((file) => ({ ...file, content: Buffer.from(file.content) }));
    const job = { files, values: JSON.parse(request.valuesJson), now: new Date(request.nowMs), limits: request.limits };
    return { kind: "done", files: renderFiles(job, (path) => reply({ kind: "file", path })) };
  } catch (error) {
    if (error instanceof RenderError) return { kind: "fault", fault: error.fault };
    return { kind: "fault", fault: { code: "INVALID", message: `could not be rendered: ${String(error)}`, isFatal: true } };
  }
}

process.on("message", (request: RenderRequest) => reply(render(request)));
