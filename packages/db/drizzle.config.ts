import type { Config } from "drizzle-kit";

const config: Config = { dialect: "postgresql", schema: "./src/schema/index.ts", out: "./migrations" };

export default config;
