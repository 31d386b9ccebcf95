import type { AccessTokens } from "@trellis/auth";
import type { ChangeFeed } from "./live/change-feed.ts";

/** What doors need besides core: who people are, what changes, and what this portal is. */
export type ApiServices = {
  tokens: AccessTokens;
  changes: ChangeFeed;
  about: { version: string; databaseKind: "postgres" | "pglite"; startedAt: Date };
};
