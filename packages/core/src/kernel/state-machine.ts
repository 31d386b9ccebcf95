import { CoreError } from "./errors.ts";

/** For each state the states that may follow it; a state with none is final. */
export type StateTable<State extends string> = { readonly [From in State]: readonly State[] };

/** True when the table lets `from` become `to`. */
export function canMove<State extends string>(table: StateTable<State>, from: State, to: State): boolean {
  return table[from].includes(to);
}

/** True when nothing follows the state. */
export function isFinal<State extends string>(table: StateTable<State>, state: State): boolean {
  return table[state].length === 0;
}

/** Throws CONFLICT unless the table lets `from` become `to`. `thing` names it for the reader, e.g. `Run 12`. */
export function assertMove<State extends string>(table: StateTable<State>, thing: string, from: State, to: State): void {
  if (!canMove(table, from, to)) throw new CoreError("CONFLICT", `${thing} is ${from} and cannot become ${to}.`);
}
