"use client";
import type { ReactNode } from "react";
import { Checkbox } from "./toggles.tsx";

export interface Facet {
  id: string;
  label: string;
  values: { value: string; label?: ReactNode; count?: number }[];
}

/** Filters by properties, with how many each would leave. */
export function FacetList(props: { facets: Facet[]; selected: Record<string, string[]>; onChange: (id: string, values: string[]) => void }) {
  const { facets, selected, onChange } = props;
  return (
    <div className="flex flex-col gap-4">
      {facets.map((facet) => {
        const chosen = selected[facet.id] ?? [];
        return (
          <fieldset key={facet.id} className="m-0 min-w-0 border-0 p-0">
            <legend className="mb-1 p-0 text-xs font-medium text-ink-2">{facet.label}</legend>
            <ul className="m-0 flex list-none flex-col gap-1 p-0">
              {facet.values.map((item) => (
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
          </fieldset>
        );
      })}
    </div>
  );
}
