"use client";

import { Button, Checkbox, Popover, SearchBox } from "@trellis/ui";
import { Columns3 } from "lucide-react";
import { useState } from "react";
import type { FilterKeys } from "./filter-completion";

const GROUPS = { metrics: "Metrics", params: "Parameters", tags: "Tags" } as const;
const MAX_COLUMNS = 60;
const SHOWN = 100;

type Props = { keys: FilterKeys; columns: readonly string[]; onChange(columns: string[] | null): void };

/** Which metrics, parameters and tags the table has columns for. */
export function ColumnPicker({ keys, columns, onChange }: Props) {
  const [search, setSearch] = useState("");
  const chosen = new Set(columns);
  const wanted = search.trim().toLowerCase();
  const groups = (Object.keys(GROUPS) as (keyof typeof GROUPS)[])
    .map((group) => ({ group, found: keys[group].filter((key) => key.toLowerCase().includes(wanted)) }))
    .filter(({ found }) => found.length > 0);
  const toggle = (column: string, on: boolean): void => onChange(on ? [...columns, column] : columns.filter((other) => other !== column));
  return (
    <Popover
      label="Columns of the table"
      className="flex w-80 flex-col gap-2 p-3"
      trigger={
        <Button size="sm" icon={Columns3}>
          {`Columns ${columns.length}`}
        </Button>
      }
    >
      <SearchBox value={search} onValueChange={setSearch} placeholder="Find a key" hotkey={null} className="w-full" />
      <div className="max-h-80 overflow-y-auto">
        {groups.length === 0 ? <p className="m-0 py-4 text-center text-sm text-ink-2">{wanted ? "No key matches." : "Nothing was logged yet."}</p> : null}
        {groups.map(({ group, found }) => (
          <fieldset key={group} className="m-0 border-0 p-0 pb-2">
            <legend className="p-0 pt-1 pb-1 text-xs text-ink-3">{GROUPS[group]}</legend>
            {found.slice(0, SHOWN).map((key) => {
              const column = `${group}.${key}`;
              return (
                <div key={key} className="flex min-h-6.5 items-center">
                  <Checkbox
                    label={<span className="font-mono text-[12.5px] wrap-anywhere">{key}</span>}
                    checked={chosen.has(column)}
                    disabled={!chosen.has(column) && columns.length >= MAX_COLUMNS}
                    onCheckedChange={(on) => toggle(column, on)}
                  />
                </div>
              );
            })}
            {found.length > SHOWN ? <p className="m-0 text-xs text-ink-3">{`${found.length - SHOWN} more: type to find them.`}</p> : null}
          </fieldset>
        ))}
      </div>
      <div className="flex justify-between border-t border-line pt-2">
        <Button size="sm" variant="ghost" onClick={() => onChange([])}>
          None
        </Button>
        <Button size="sm" variant="ghost" onClick={() => onChange(null)}>
          As at first
        </Button>
      </div>
    </Popover>
  );
}
