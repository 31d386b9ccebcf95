import { createRequire } from "node:module";
import type { IncomingMessage, ServerResponse } from "node:http";

/** What the server uses of Next. Next's own types change those of Node for the whole program, so they stay out of it. */
export type Pages = {
  prepare(): Promise<void>;
  getRequestHandler(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  close(): Promise<void>;
};

/** Loads Next for the built portal in `dir`, or for development with `dev`. */
export function createPages(options: { dev: boolean; dir: string; hostname: string; port: number }): Pages {
  const next = createRequire(import.meta.url)("next") as (options: object) => Pages;
  return next(options);
}
