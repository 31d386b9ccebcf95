"use client";

import { useIsClient } from "@trellis/ui";
import { createSerializer, parseAsArrayOf, parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useState } from "react";

const PARSERS = {
  filter: parseAsString.withDefault(""),
  state: parseAsStringLiteral(["active", "deleted"]).withDefault("active"),
  sort: parseAsString.withDefault("start_time"),
  descending: parseAsBoolean.withDefault(true),
  /** Null = what the person last chose here, else what the server thinks useful. */
  columns: parseAsArrayOf(parseAsString),
};
const serialize = createSerializer(PARSERS);

export type RunQueryState = { filter: string; state: "active" | "deleted"; sort: string; descending: boolean; columns: string[] | null };

/** State of the table of runs: in the address, so that it can be shared; the chosen columns are also remembered on this machine. */
export function useRunQuery(experimentId: number) {
  const [state, setState] = useQueryStates(PARSERS);
  const isClient = useIsClient();
  const key = `trellis.run-columns.${experimentId}`;
  const [remembered, setRemembered] = useState<string[] | null | undefined>(undefined);
  const kept = remembered === undefined ? (isClient ? readColumns(key) : null) : remembered;
  return {
    state: { ...state, columns: state.columns ?? kept },
    setState: (next: Partial<RunQueryState>) => void setState(next),
    setColumns: (columns: string[] | null) => {
      setRemembered(columns);
      writeColumns(key, columns);
      void setState({ columns });
    },
    /** The state as it would stand in the address, without `?`. */
    query: serialize({ ...state, columns: state.columns ?? kept }).replace(/^\?/, ""),
    /** Becomes what a saved view says. */
    open: (query: string) => {
      const wanted = new URLSearchParams(query);
      void setState({
        filter: wanted.get("filter"),
        state: wanted.get("state") === "deleted" ? "deleted" : null,
        sort: wanted.get("sort"),
        descending: wanted.get("descending") === "false" ? false : null,
        columns: PARSERS.columns.parse(wanted.get("columns") ?? ""),
      });
    },
  };
}

function readColumns(key: string): string[] | null {
  try {
    const value: unknown = JSON.parse(window.localStorage.getItem(key) ?? "null");
    return Array.isArray(value) && value.every((entry) => typeof entry === "string") ? value : null;
  } catch {
    return null;
  }
}

function writeColumns(key: string, columns: string[] | null): void {
  try {
    if (columns === null) window.localStorage.removeItem(key);
    else window.localStorage.setItem(key, JSON.stringify(columns));
  } catch {
    // A browser that keeps nothing: the address still holds the columns.
  }
}
