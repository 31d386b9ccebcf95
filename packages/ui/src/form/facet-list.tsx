"use client";
import type { ReactNode } from "react";
import { useState } from "react";
import { Button } from "../buttons/button.tsx";
import { Checkbox } from "./toggles.tsx";

export interface Facet {
  id: string;
  label: string;
  values: { value: string; label?: ReactNode; count?: number }[];
}

/** Values of a facet that are shown at first. */
const SHOWN = 8;

/** Filters by properties, with how many each would leave. Long lists are folded; what is chosen always shows. */
export function FacetList(props: { facets: Facet[]; selected: Record<string, string[]>; onChange: (id: string, values: string[]) => void }) {
  const { facets, selected, onChange } = props;
  const [unfolded, setUnfolded] = useState<string[]>([]);
  return (
    <div className="flex flex-col gap-4">
      {facets.map((facet) => {
        const chosen = selected[facet.id] ?? [];
        // One more is no reason to fold.
        const isFolded = facet.values.length > SHOWN + 1 && !unfolded.includes(facet.id);
        const values = isFolded ? facet.values.filter((item, index) => index < SHOWN || chosen.includes(item.value)) : facet.values;
        return (
          <fieldset key={facet.id} className="m-0 min-w-0 border-0 p-0">
            <legend className="mb-1 p-0 text-xs font-medium text-ink-2">{facet.label}</legend>
            <ul className="m-0 flex list-none flex-col gap-1 p-0">
              {values.map((item) => (
                <li key={item.value} className="flex items-center gap-2">
                  <Checkbox
                    label={item.label ?? item.value}
                    checked={chosen.includes(item.value)}
                    onCheckedChange={(on) => onChange(facet.id, on ? [...chosen, item.value] : chosen.filter((value) => value !== item.value))}
                    className="min-w-0 flex-1"
                  />
                  {item.count === undefined ? null : <span className="text-xs text-ink-3">{item.count}</span>}
                </li>
              ))}
            </ul>
            {isFolded ? (
              <Button size="sm" variant="ghost" onClick={() => setUnfolded([...unfolded, facet.id])}>
                Show all {facet.values.length}
              </Button>
            ) : null}
          </fieldset>
        );
      })}
    </div>
  );
}
