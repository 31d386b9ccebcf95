import { useState } from "react";
import { Avatar, Card, CodeBlock, Duration, FilterBar, Kbd, PageHeader, Sparkline, StatusBadge, Switch, Time } from "../src/index.ts";
import { DataTable } from "../src/table/index.ts";
import type { Column } from "../src/table/index.ts";
import { LogView } from "../src/log/index.ts";
import { longLog } from "./data.ts";

interface Run {
  id: number;
  status: string;
  project: string;
  pipeline: string;
  commit: string;
  ms: number;
  at: number;
  result: string;
}
const statuses = ["queued", "running", "succeeded", "succeeded", "cached", "failed", "errored", "cancelled"];
const make = (count: number): Run[] =>
  Array.from({ length: count }, (_, index) => ({
    id: 1200 - index,
    status: statuses[index % statuses.length] ?? "succeeded",
    project: ["flight-delays", "churn-risk", "bike-demand"][index % 3] ?? "",
    pipeline: ["train", "score", "refresh-features"][index % 3] ?? "",
    commit: (0x4f9c1e2 + index * 7919).toString(16).slice(0, 7),
    ms: 4000 + ((index * 7919) % 900_000),
    at: Date.now() - index * 1_300_000,
    result: index % 5 === 0 ? "customers v43 lacks plan_tier" : "1,204 labels added",
  }));

const columns: Column<Run>[] = [
  { id: "state", header: "State", cell: (run) => <StatusBadge status={run.status} variant="text" />, sort: (run) => run.status },
  {
    id: "run",
    header: "Run",
    cell: (run) => (
      <>
        <span className="text-ink-2">{run.project} / </span>
        <b>{run.pipeline}</b> <span className="text-ink-2">{run.id}</span>
      </>
    ),
    sort: (run) => run.id,
    link: true,
  },
  {
    id: "by",
    header: "Started by",
    cell: () => (
      <span className="inline-flex items-center gap-1.5">
        <Avatar name="Maria Kraft" />
        MK
      </span>
    ),
    hideBelow: "lg",
  },
  {
    id: "commit",
    header: "Commit",
    cell: (run) => <span className="text-accent-ink">{run.commit}</span>,
    mono: true,
    csv: (run) => run.commit,
    hideBelow: "md",
  },
  {
    id: "duration",
    header: "Duration",
    align: "right",
    cell: (run) => (
      <span className="inline-flex items-center gap-2">
        <Duration ms={run.ms} />
        <Sparkline label="usual" width={44} height={14} values={[3, 3, 2, 3, 3, run.ms / 200_000]} />
      </span>
    ),
    sort: (run) => run.ms,
  },
  { id: "started", header: "Started", cell: (run) => <Time at={run.at} />, sort: (run) => new Date(run.at) },
  { id: "result", header: "Result", cell: (run) => run.result, csv: (run) => run.result, hideBelow: "md" },
];
const few = make(16);
const many = make(5000);

export function TablesPage() {
  const [search, setSearch] = useState("");
  const [state, setState] = useState("all");
  const [selected, setSelected] = useState<string[]>(["1198"]);
  const rows = few.filter((run) => `${run.project} ${run.pipeline}`.includes(search) && (state === "all" || run.status === state));
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Runs" meta="53 runs in 16 rows" />
      <Card flush>
        <FilterBar
          search={{ value: search, onValueChange: setSearch, placeholder: "Filter runs" }}
          chips={[
            { id: "all", label: "All", count: 53, active: state === "all", onToggle: () => setState("all") },
            ...["running", "queued", "failed", "errored"].map((id) => ({ id, label: id, count: 2, active: state === id, onToggle: () => setState(id) })),
            { id: "range", label: "Last 24 h", active: true, removable: true, onToggle: () => {} },
          ]}
          right={<Switch label="Fold repeats" defaultChecked />}
        />
        <DataTable
          label="Runs"
          rows={rows}
          columns={columns}
          rowKey={(run) => String(run.id)}
          rowHref={(run) => `?page=run&run=${run.id}`}
          defaultSort={{ id: "run", desc: true }}
          selection={{ selected, onChange: setSelected }}
          csvName="runs"
          columnMenu
          footer={
            <span className="flex flex-wrap gap-2">
              {selected.length} selected{" "}
              <span>
                <Kbd>j</Kbd> <Kbd>k</Kbd> move
              </span>{" "}
              <span>
                <Kbd>Enter</Kbd> open
              </span>
            </span>
          }
          activeKey="1195"
          keyboard="page"
        />
      </Card>
      <div className="grid gap-4 lg:grid-cols-2">
        <Card flush title="5,000 rows">
          <DataTable density="compact" maxHeight={300} label="Many runs" rows={many} columns={columns.slice(0, 3)} rowKey={(run) => String(run.id)} />
        </Card>
        <Card flush title="Loading">
          <DataTable loading label="Loading runs" rows={[]} columns={columns.slice(0, 4)} rowKey={(run) => String(run.id)} />
        </Card>
      </div>
      <Card flush title="120,000 lines">
        <LogView lines={longLog} label="Long log" height={240} />
      </Card>
      <CodeBlock
        language="python"
        title="train.py"
        lineNumbers
        code={'import json\n\n# the best of three\ndef train(path: str) -> float:\n    return fit(path, depth=14, seed=7)["mae"]\n'}
      />
    </div>
  );
}
