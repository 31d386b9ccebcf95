import { enableCompileCache } from "node:module";
import path from "node:path";

/** Must be imported first: Next and its libraries read these when they are loaded. */
process.env.NEXT_TELEMETRY_DISABLED = "1";
Object.assign(process.env, { NODE_ENV: process.argv.includes("--dev") ? "development" : "production" });

/** Keeps what Node makes of the sources, so that the next start need not; where it cannot write, a start only takes longer. */
enableCompileCache(path.join(import.meta.dirname, "../../../node_modules/.cache/trellis-node"));
