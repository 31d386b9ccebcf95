"use client";

import { createContext, useContext } from "react";
import type { Outputs } from "@/live/trpc";

export type Person = NonNullable<Outputs["identity"]["me"]>;

export const PersonContext = createContext<Person | null>(null);

const RANK = ["viewer", "data_scientist", "approver", "admin"];

/** The signed-in person and what their role includes. */
export function usePerson(): Person & { atLeast(role: string): boolean } {
  const person = useContext(PersonContext);
  if (!person) throw new Error("usePerson belongs below PortalShell.");
  return { ...person, atLeast: (role) => RANK.indexOf(person.role) >= RANK.indexOf(role) };
}
