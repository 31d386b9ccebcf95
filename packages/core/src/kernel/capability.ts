/**
 * A typed token for a piece of swappable technology. Core asks for it by token; the composition root decides which
 * provider answers.
 */
export type Capability<Port> = { readonly name: string; readonly port?: Port };

/** Declares a capability; `name` is the word shown on the providers page, e.g. `source-host`. */
export function defineCapability<Port>(name: string): Capability<Port> {
  return { name };
}
