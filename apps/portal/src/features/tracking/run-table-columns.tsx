import { Duration, TextLink, Time } from "@trellis/ui";
import type { Column } from "@trellis/ui/table";
import type { Outputs } from "@/live/trpc";
import { metricText } from "./metric-text";
import { runHref } from "./run-links";
import { TrackedStatus } from "./tracked-status";

type Row = Outputs["tracking"]["runTable"]["rows"][number];

/** Sorting is the server's; the table only has to know that a column can be sorted by. */
const sortable = (): null => null;

const FIXED: Column<Row>[] = [
  { id: "status", header: "State", width: 40, cell: (row) => <TrackedStatus run={row} variant="icon" />, sort: sortable },
  {
    id: "run_name",
    header: "Run",
    cell: (row) => (
      <TextLink href={runHref(row)} className="whitespace-nowrap">
        {row.name || row.id.slice(0, 8)}
      </TextLink>
    ),
    sort: sortable,
  },
  { id: "start_time", header: "Started", cell: (row) => <Time at={row.startedAt} />, sort: sortable },
  {
    id: "duration",
    header: "Took",
    align: "right",
    cell: (row) => <Duration from={row.startedAt} to={row.endedAt} live={row.status === "RUNNING" && row.endedAt === null} />,
  },
  { id: "user_id", header: "By", hideBelow: "lg", cell: (row) => <span className="whitespace-nowrap">{row.userName || "–"}</span>, sort: sortable },
  {
    id: "version",
    header: "Result",
    hideBelow: "md",
    cell: (row) =>
      row.versions.map((version) => (
        <TextLink
          key={`${version.modelName} ${version.version}`}
          href={`/models/${encodeURIComponent(version.modelName)}/versions/${version.version}`}
          className="mr-2 whitespace-nowrap"
        >
          {`${version.modelName} v${version.version}`}
        </TextLink>
      )),
  },
];

/** What every run has, then a column for each chosen key. Where nothing was registered there is no column for it. */
export function runTableColumns(columns: readonly string[], rows: readonly Row[]): Column<Row>[] {
  const registered = rows.some((row) => row.versions.length > 0);
  return [...FIXED.filter(({ id }) => id !== "version" || registered), ...columns.map(keyColumn)];
}

function keyColumn(id: string): Column<Row> {
  const isMetric = id.startsWith("metrics.");
  return {
    id,
    header: id.slice(id.indexOf(".") + 1),
    mono: true,
    ...(isMetric ? { align: "right" as const } : {}),
    cell: (row) => {
      const value = row.values[id];
      if (value === undefined) return <span className="text-ink-3">–</span>;
      if (typeof value === "number") return <span title={String(value)}>{metricText(value)}</span>;
      return (
        <span className="block max-w-56 truncate" title={value.length > 24 ? value.slice(0, 500) : undefined}>
          {value}
        </span>
      );
    },
    sort: sortable,
  };
}
