"use client";

import { createContext, type ReactNode, useContext, useEffect, useState } from "react";

export type Crumb = { label: ReactNode; href?: string };

const CrumbsContext = createContext<{ crumbs: Crumb[]; setCrumbs(crumbs: Crumb[]): void }>({ crumbs: [], setCrumbs: () => {} });

/** Holds the trail that the current page has set for the top bar. */
export function CrumbsProvider({ children }: { children: ReactNode }) {
  const [crumbs, setCrumbs] = useState<Crumb[]>([]);
  return <CrumbsContext value={{ crumbs, setCrumbs }}>{children}</CrumbsContext>;
}

export function useCurrentCrumbs(): Crumb[] {
  return useContext(CrumbsContext).crumbs;
}

/** Sets the trail in the top bar for as long as the page is shown; labels are plain text. */
export function useCrumbs(...crumbs: { label: string; href?: string }[]): void {
  const { setCrumbs } = useContext(CrumbsContext);
  const key = JSON.stringify(crumbs);
  useEffect(() => {
    setCrumbs(JSON.parse(key) as Crumb[]);
    return () => setCrumbs([]);
  }, [key, setCrumbs]);
}
