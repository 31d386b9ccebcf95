import type { AccessTokens } from "@trellis/auth";
import type { ChangeFeed } from "./live/change-feed.ts";

/** What doors need besides core: who people are, what changes, and what this portal is. */
export type ApiServices = {
  tokens: AccessTokens;
  changes: ChangeFeed;
  /** What each part that the portal depends on answers: `ok`, or what is wrong. */
  health(): Promise<Record<string, string>>;
  /** Which technology serves which capability. */
  providers(): { capability: string; technology: string; location: string }[];
  /** The Python client as a wheel that pip installs. */
  clientPackage(): Promise<{ fileName: string; content: Uint8Array }>;
  about: { version: string; databaseKind: "postgres" | "pglite"; startedAt: Date };
};
