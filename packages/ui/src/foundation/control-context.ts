"use client";
import { createContext, useContext } from "react";

/** What a Field tells the one control inside it. */
export interface ControlWiring {
  id?: string | undefined;
  describedBy?: string | undefined;
  labelId?: string | undefined;
  invalid?: boolean | undefined;
  required?: boolean | undefined;
}

export const ControlContext = createContext<ControlWiring>({});

/** Wiring of the surrounding Field; empty outside one. */
export function useControlWiring(): ControlWiring {
  return useContext(ControlContext);
}
