"use client";

import { Badge } from "@trellis/ui";
import { type Column, DataTable } from "@trellis/ui/table";
import type { Outputs } from "@/live/trpc";

type CacheNote = NonNullable<Outputs["pipelines"]["run"]["steps"][number]["cacheNote"]>;
type Part = { name: string; now: string | null; before: string | null };

const DECISIONS = { hit: ["ok", "Used"], miss: ["neutral", "Computed"], off: ["neutral", "Computed anew"] } as const;

/** Why an earlier result was used or not: each thing that decides the result, and what of it differs. */
export function StepCache({ note }: { note: CacheNote }) {
  const [tone, label] = DECISIONS[note.decision];
  const differing = new Map(note.differences.map((difference) => [difference.part, difference]));
  const names = [...new Set([...differing.keys(), ...Object.keys(note.parts).toSorted()])];
  const rows = names.map((name) => {
    const now = note.parts[name] ?? null;
    return { name, now, before: differing.has(name) ? (differing.get(name)?.before ?? null) : now };
  });
  const columns: Column<Part>[] = [
    { id: "name", header: "Depends on", cell: (row) => row.name },
    ...(note.runNumber === null || note.decision === "hit"
      ? []
      : [{ id: "before", header: `In run ${note.runNumber}`, mono: true, cell: (row: Part) => valueOf(row.before) }]),
    { id: "now", header: note.decision === "hit" ? "Here and there" : "Here", mono: true, cell: (row) => valueOf(row.now) },
    { id: "state", header: "", cell: (row) => (differing.has(row.name) ? <Badge tone="warn">differs</Badge> : null) },
  ];
  return (
    <div className="flex flex-col gap-3">
      <p className="flex flex-wrap items-center gap-2 text-sm">
        <Badge tone={tone}>{label}</Badge>
        <span>{note.why}.</span>
      </p>
      <DataTable label="What decides the result" rows={rows} columns={columns} rowKey={(row) => row.name} />
    </div>
  );
}

/** Digests are shortened; a command may be long. */
function valueOf(value: string | null): string {
  if (value === null) return "–";
  if (value.startsWith("sha256:")) return value.slice(7, 19);
  return value.length > 80 ? `${value.slice(0, 79)}…` : value;
}
