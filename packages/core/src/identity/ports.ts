import { defineCapability } from "../kernel/capability.ts";
import type { Role } from "../kernel/context.ts";

/** Where credentials live. Core never sees a password hash or a token. */
export type AccountStore = {
  /** Makes a person with a password. CONFLICT when the address is taken, INVALID when the password is too weak. */
  createUser(input: { name: string; email: string; password: string; role: Role }): Promise<{ userId: string }>;
  /** Ends every session and token of a person. */
  revokeAccess(userId: string): Promise<void>;
};

export const AccountStoreCapability = defineCapability<AccountStore>("account-store");
