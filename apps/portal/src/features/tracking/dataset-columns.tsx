"use client";

import { useQuery } from "@tanstack/react-query";
import { Badge, Button, Card, EmptyState, Notice, Skeleton, TextLink } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { TableProperties } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { PageFrame } from "@/features/shell";
import { type Outputs, useTRPC } from "@/live/trpc";
import { metricText } from "./metric-text";

type Version = Outputs["tracking"]["datasetVersion"];
type Profile = Outputs["tracking"]["datasetProfile"];
type ProfiledColumn = Profile["columns"][number];
type Row = { name: string; type: string; required: boolean | null; profile: ProfiledColumn | null };

/** Columns of a version: as the client told them, or read from its files, and for each the models that use it. */
export function DatasetColumns({ version }: { version: Version }) {
  const trpc = useTRPC();
  const [column, setColumn] = useQueryState("column", parseAsString);
  const profile = useQuery({ ...trpc.tracking.datasetProfile.queryOptions({ versionId: version.id }), enabled: version.commit !== null });
  const rows = rowsOf(version, profile.data);
  if (version.commit !== null && profile.isPending) return <Skeleton lines={8} />;
  if (rows.length === 0)
    return (
      <EmptyState icon={TableProperties} title="No columns are known">
        {profile.data?.reason ?? "The client that logged it told no schema. mlflow.data.from_pandas(df) tells one."}
      </EmptyState>
    );
  return (
    <div className={column === null ? "" : "grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_360px]"}>
      <Card flush>
        {profile.data?.file ? (
          <p className="m-0 border-b border-line px-4 py-2 text-xs text-ink-2">
            Read from <span className="font-mono text-ink">{profile.data.file}</span>
            {`: ${profile.data.more ? "the first " : ""}${profile.data.rows.toLocaleString("en")} rows`}
          </p>
        ) : null}
        <DataTable
          label="Columns"
          rows={rows}
          rowKey={(row) => row.name}
          onRowOpen={(row) => void setColumn(row.name)}
          activeKey={column}
          density="compact"
          csvName={`${version.dataset.name}-columns`}
          columns={[
            {
              id: "name",
              header: "Column",
              mono: true,
              cell: (row) => <ColumnButton name={row.name} onOpen={(name) => void setColumn(name)} />,
              sort: (row) => row.name,
            },
            { id: "type", header: "Type", mono: true, cell: (row) => row.type, sort: (row) => row.type },
            ...(profile.data?.file
              ? [
                  {
                    id: "missing",
                    header: "Missing",
                    align: "right" as const,
                    cell: (row: Row) => missingWords(row.profile, profile.data.rows),
                    sort: (row: Row) => row.profile?.missing,
                  },
                  {
                    id: "distinct",
                    header: "Different",
                    align: "right" as const,
                    hideBelow: "md" as const,
                    cell: (row: Row) => (row.profile ? `${row.profile.distinct.toLocaleString("en")}${row.profile.moreDistinct ? "+" : ""}` : "–"),
                    sort: (row: Row) => row.profile?.distinct,
                  },
                  {
                    id: "holds",
                    header: "Holds",
                    hideBelow: "sm" as const,
                    mono: true,
                    cell: (row: Row) => holds(row.profile),
                    csv: (row: Row) => holds(row.profile),
                  },
                ]
              : [
                  {
                    id: "required",
                    header: "Required",
                    cell: (row: Row) => (row.required ? "yes" : "no"),
                    csv: (row: Row) => (row.required ? "yes" : "no"),
                  },
                ]),
          ]}
        />
      </Card>
      {column === null ? null : <ColumnUse datasetId={version.dataset.id} column={column} onClose={() => void setColumn(null)} />}
    </div>
  );
}

function ColumnButton({ name, onOpen }: { name: string; onOpen(name: string): void }) {
  return (
    <button
      type="button"
      title="Which models use it"
      onClick={() => onOpen(name)}
      className="rounded-xs border-0 bg-transparent p-0 text-left font-mono text-inherit hover:text-accent-ink hover:underline"
    >
      {name}
    </button>
  );
}

function rowsOf(version: Version, profile: Profile | undefined): Row[] {
  const profiled = new Map(profile?.columns.map((column) => [column.name, column]));
  const told = version.columns.map((column): Row => ({ ...column, profile: profiled.get(column.name) ?? null }));
  const names = new Set(told.map((row) => row.name));
  return [
    ...told,
    ...[...profiled.values()]
      .filter((column) => !names.has(column.name))
      .map((column): Row => ({ name: column.name, type: column.type, required: null, profile: column })),
  ];
}

function missingWords(profile: ProfiledColumn | null, rows: number): string {
  if (!profile || rows === 0) return "–";
  if (profile.missing === 0) return "none";
  const share = (100 * profile.missing) / rows;
  return `${profile.missing.toLocaleString("en")} (${share < 0.1 ? "<0.1" : share.toFixed(1)} %)`;
}

/** The range of numbers, or the most frequent values. */
function holds(profile: ProfiledColumn | null): string {
  if (!profile) return "";
  if (profile.min !== null && profile.max !== null && profile.mean !== null)
    return profile.min === profile.max
      ? metricText(profile.min)
      : `${metricText(profile.min)} to ${metricText(profile.max)}, mean ${metricText(Number(profile.mean.toPrecision(4)))}`;
  return profile.top
    .slice(0, 3)
    .map(({ value, count }) => `${value} (${count.toLocaleString("en")})`)
    .join(", ");
}

/** Who must be asked before the column changes. */
function ColumnUse({ datasetId, column, onClose }: { datasetId: string; column: string; onClose(): void }) {
  const trpc = useTRPC();
  const users = useQuery(trpc.lineage.column.queryOptions({ datasetId, column }));
  return (
    <Card
      title={<span className="font-mono text-sm">{column}</span>}
      aside="used by"
      right={
        <Button size="sm" variant="ghost" onClick={onClose}>
          Close
        </Button>
      }
    >
      <PageFrame query={users}>
        {(rows) => {
          const live = rows.filter((row) => row.deployments.length > 0);
          if (rows.length === 0) return <p className="m-0 text-sm text-ink-2">No registered model has this column in its signature.</p>;
          return (
            <div className="flex flex-col gap-3">
              {live.length > 0 ? (
                <Notice tone="warn">{`A change to it reaches ${live.length === 1 ? "a version that answers" : `${live.length} versions that answer`} now.`}</Notice>
              ) : (
                <Notice tone="ok">No version that uses it is live.</Notice>
              )}
              <ul aria-label={`Models that use ${column}`} className="m-0 flex list-none flex-col gap-2 p-0 text-sm">
                {rows.map((row) => (
                  <li key={`${row.versionId} ${row.role}`} className="flex flex-wrap items-center gap-2">
                    <TextLink href={`/models/${encodeURIComponent(row.model)}/versions/${row.version}`}>{`${row.model} v${row.version}`}</TextLink>
                    <span className="text-xs text-ink-2">{`${row.role}, ${row.type}${row.required ? "" : ", optional"}`}</span>
                    {row.deployments.map((name) => (
                      <Badge key={name} tone="ok">
                        {name}
                      </Badge>
                    ))}
                  </li>
                ))}
              </ul>
            </div>
          );
        }}
      </PageFrame>
    </Card>
  );
}
