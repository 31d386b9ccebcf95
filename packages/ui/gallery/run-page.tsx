import { Ban, Box, GitCompare, RotateCcw, Zap } from "lucide-react";
import { useRef, useState } from "react";
import {
  Button,
  Card,
  Duration,
  Finding,
  IdChip,
  Menu,
  PageHeader,
  ProgressBar,
  SegmentedControl,
  StatStrip,
  StatusBadge,
  Tabs,
  TextLink,
} from "../src/index.ts";
import { MetricCurve } from "../src/charts/index.ts";
import { DagView } from "../src/dag/index.ts";
import { Gantt, GanttZoom } from "../src/graph/index.ts";
import type { GanttHandle, GanttSelection } from "../src/graph/index.ts";
import { LogView } from "../src/log/index.ts";
import { fanOut, gantt, log, start } from "./data.ts";

export function RunPage() {
  const handle = useRef<GanttHandle>(null);
  const [view, setView] = useState<"gantt" | "dag">("gantt");
  const [selected, setSelected] = useState<GanttSelection | null>({ laneId: "d14", attempt: 2 });
  const [tab, setTab] = useState("log");
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="Run 142"
        status={<StatusBadge status="running" />}
        actions={
          <>
            <Button icon={GitCompare}>Compare</Button>
            <Menu trigger={<Button icon={RotateCcw}>Re-run</Button>} items={[{ label: "Same commit and data" }, { label: "Newest commit" }]} />
            <Button variant="danger" icon={Ban}>
              Cancel run
            </Button>
          </>
        }
        finding={
          <Finding tone="run">
            <b>Ends about 06:12, 2 min 30 s later than usual:</b> max_depth 14 ran out of memory at 8 GB and is on attempt 2 with 16 GB,{" "}
            <TextLink href="#">tree 480 of 600</TextLink>.
          </Finding>
        }
      />
      <StatStrip
        label="Facts of the run"
        items={[
          {
            label: "Trigger",
            value: "Drift on flight-delays-production",
            href: "#",
            icon: Zap,
            detail: "carrier_delay_prev PSI 0.24, limit 0.20",
            weight: 1.55,
          },
          { label: "Started by", value: "Monitor, for MK", detail: "06:00:05 UTC, 9 min ago", weight: 1.1 },
          {
            label: "Commit",
            value: (
              <>
                <span className="font-mono text-accent-ink">4f9c1e2</span> on main, by JD
              </>
            ),
            detail: "Weight recent months in training",
            weight: 1.45,
          },
          { label: "Pipeline version", value: "train v12", href: "#", detail: "published Fri 20 Nov" },
          { label: "Elapsed", value: <Duration ms={553_000} />, detail: "usual total 9 min" },
          { label: "Result", value: "flight-delays v7", icon: Box, detail: "registered if test passes", weight: 1.15 },
        ]}
      />
      <Card
        flush
        title="Steps"
        aside="4 of 8 done"
        right={
          <>
            {view === "gantt" ? <GanttZoom gantt={handle} /> : null}
            <SegmentedControl
              label="View"
              items={[
                { value: "gantt", label: "Gantt" },
                { value: "dag", label: "DAG" },
              ]}
              value={view}
              onChange={setView}
            />
          </>
        }
      >
        {view === "gantt" ? (
          <Gantt ref={handle} data={gantt} label="Steps of run 142" selected={selected} onSelect={setSelected} />
        ) : (
          <DagView
            label="Graph of run 142"
            selected={selected?.laneId}
            onSelect={(laneId) => setSelected({ laneId })}
            nodes={gantt.lanes
              .filter((lane) => !lane.group)
              .map((lane) => ({ id: lane.id, label: lane.label, status: lane.status, detail: lane.note ?? undefined }))}
            edges={[
              { from: "check-data", to: "prepare", label: "flights v31", critical: true },
              ...["d6", "d10", "d14"].flatMap((id) => [
                { from: "prepare", to: id, critical: id === "d14" },
                { from: id, to: "test", critical: id === "d14" },
              ]),
              { from: "test", to: "package", label: "best of 3", critical: true },
              { from: "package", to: "deploy", label: "v7", critical: true },
            ]}
          />
        )}
      </Card>
      <Card
        flush
        title="train, max_depth 14"
        aside={
          <SegmentedControl
            label="Attempt"
            items={[
              { value: "1", label: "Attempt 1" },
              { value: "2", label: "Attempt 2" },
            ]}
            value="2"
            onChange={() => {}}
          />
        }
        right={
          <Tabs
            flush
            label="Parts of the step"
            value={tab}
            onChange={setTab}
            items={[
              { value: "log", label: "Log" },
              { value: "metrics", label: "Metrics", count: 2 },
              { value: "files", label: "Files", count: 3 },
            ]}
          />
        }
      >
        <div className="grid md:grid-cols-[minmax(0,1fr)_320px]">
          <LogView lines={log} live label="Log of attempt 2" status="Live, 18 lines, last one just now" onDownload={() => {}} onLineClick={() => {}} />
          <aside className="flex flex-col gap-3 border-line p-4 max-md:border-t md:border-l">
            <div>
              <div className="mb-1 flex text-sm">
                <b className="flex-1">Tree 480 of 600</b>
                <span className="text-xs text-ink-2">about 50 s left</span>
              </div>
              <ProgressBar value={480} max={600} label="Trees" />
            </div>
            <MetricCurve
              title="MAE 11.46 min, 0.62 better than v6"
              name="MAE"
              xLabel="tree"
              points={Array.from({ length: 12 }, (_, index) => ({ x: (index + 1) * 40, y: 11.3 + 5.5 * Math.exp(-index / 2.4) }))}
              thresholds={[{ value: 12.08, label: "v6 12.08", tone: "neutral" }]}
            />
            <MetricCurve
              title="Memory 9.7 GB"
              name="Memory"
              xLabel="tree"
              points={Array.from({ length: 12 }, (_, index) => ({ x: (index + 1) * 40, y: 3 + 7 * (1 - Math.exp(-index / 4)) }))}
              thresholds={[
                { value: 8, label: "8 GB, attempt 1" },
                { value: 16, label: "16 GB limit", tone: "neutral" },
              ]}
            />
            <IdChip value="sha256:7c41aa00bb11cc22dd33e09" short copy />
          </aside>
        </div>
      </Card>
      <Card
        flush
        title="A fan-out of 365"
        aside={
          <>
            since <span>{new Date(start).toISOString().slice(11, 16)}</span>
          </>
        }
      >
        <Gantt data={fanOut} label="Backfill" />
      </Card>
    </div>
  );
}
