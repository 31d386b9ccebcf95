/** Must be imported first: Next and its libraries read these when they are loaded. */
process.env.NEXT_TELEMETRY_DISABLED = "1";
Object.assign(process.env, { NODE_ENV: process.argv.includes("--dev") ? "development" : "production" });
