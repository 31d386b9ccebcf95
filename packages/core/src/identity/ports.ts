import { defineCapability } from "../kernel/capability.ts";
import type { Role, Transaction } from "../kernel/context.ts";

/** Where credentials live. Core never sees a password hash or a token. */
export type AccountStore = {
  /**
   * Makes a person with a password. `alongside` runs first in the same transaction: what it writes happens together with the
   * account or not at all. CONFLICT when the address is taken.
   */
  createUser(
    input: { name: string; email: string; password: string; role: Role },
    alongside?: (tx: Transaction, userId: string) => Promise<void>,
  ): Promise<{ userId: string }>;
  /** Ends every session and token of a person. */
  revokeAccess(userId: string): Promise<void>;
  /** Makes the next request of everyone ask anew who they are and what role they have. */
  forgetSignIns(): void;
};

export const AccountStoreCapability = defineCapability<AccountStore>("account-store");
