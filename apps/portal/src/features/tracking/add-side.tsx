"use client";

import { useQueryClient } from "@tanstack/react-query";
import { Combobox } from "@trellis/ui";
import { useCallback } from "react";
import { useTRPC } from "@/live/trpc";
import type { Comparison } from "./compare-model";

type Choice = { id: string; label: string };

/** Finds one more run of the same experiments, or version of the same models, by typing. */
export function AddSide({ comparison, onAdd }: { comparison: Comparison; onAdd(id: string): void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { noun, groups } = comparison;
  const taken = comparison.sides.map((side) => side.id).join(",");
  const wanted = groups.join("\n");
  const load = useCallback(
    async (search: string): Promise<Choice[]> => {
      const text = search.trim();
      const found =
        noun === "run"
          ? await queryClient
              .fetchQuery(
                trpc.tracking.runTable.queryOptions({
                  experimentIds: wanted.split("\n").slice(0, 20).map(Number),
                  columns: [],
                  limit: 30,
                  ...(text ? { filter: `run_name ILIKE '%${text.replaceAll("'", "''")}%'` } : {}),
                }),
              )
              .then(({ rows }) => rows.map((row) => ({ id: row.id, label: row.name || row.id })))
          : await Promise.all(
              wanted.split("\n").map(async (model) => {
                const { versionRows } = await queryClient.fetchQuery(trpc.registry.model.queryOptions({ model }));
                return versionRows.map((version) => ({ id: version.id, label: `${model} v${version.version}` }));
              }),
            ).then((lists) => lists.flat().filter((choice) => choice.label.includes(text)));
      const there = new Set(taken.split(","));
      return found.filter((choice) => !there.has(choice.id));
    },
    [noun, wanted, taken, queryClient, trpc],
  );
  return (
    <Combobox<Choice>
      key={taken}
      size="sm"
      className="w-56"
      label={`Add a ${noun}`}
      placeholder={`Add a ${noun}`}
      value={null}
      onValueChange={(choice) => choice && onAdd(choice.id)}
      load={load}
      itemKey={(choice) => choice.id}
      itemLabel={(choice) => choice.label}
    />
  );
}
