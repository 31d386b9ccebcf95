import { Database, GitCommitHorizontal, Play, Rocket, Stamp, Trash2, TriangleAlert, Box } from "lucide-react";
import { useState } from "react";
import {
  allStatuses,
  Badge,
  Button,
  Card,
  CardGrid,
  CheckList,
  CodeBlock,
  ConfirmDialog,
  EmptyState,
  ErrorState,
  EventTimeline,
  FileTree,
  IdChip,
  JsonTree,
  KeyValueList,
  LevelMeter,
  LineageStrip,
  Notice,
  NumberValue,
  PageHeader,
  PromotionPath,
  RunStrip,
  ScorecardList,
  Skeleton,
  Sparkline,
  SplitBar,
  StatusBadge,
  Tabs,
  TextLink,
  Time,
  useToast,
} from "../src/index.ts";
import { DiffView } from "../src/diff/index.ts";
import { Markdown } from "../src/markdown/index.ts";
import { readme, start, yamlAfter, yamlBefore } from "./data.ts";

function Toasts() {
  const toast = useToast();
  const [confirm, setConfirm] = useState(new URLSearchParams(location.search).get("open") === "confirm");
  return (
    <div className="flex flex-wrap gap-2">
      <Button onClick={() => toast.success("Version 7 approved")}>Toast</Button>
      <Button onClick={() => toast.undo("CR-31 approved", () => toast.show({ title: "Taken back" }))}>Toast with undo</Button>
      <Button onClick={() => toast.error("The run could not start", { description: "The commit has no trellis.yaml." })}>Failure</Button>
      <Button variant="danger" icon={Trash2} onClick={() => setConfirm(true)}>
        Delete project
      </Button>
      <Button variant="primary" loading>
        Saving
      </Button>
      <ConfirmDialog
        open={confirm}
        onOpenChange={setConfirm}
        title="Delete project flight-delays?"
        description="Its repository, 142 runs and 7 versions go with it. This cannot be undone."
        confirmLabel="Delete flight-delays"
        danger
        typeToConfirm="flight-delays"
        onConfirm={() => Promise.reject(new Error("A deployment in production still uses version 7. Remove it first."))}
      />
    </div>
  );
}

const ago = (hours: number) => Date.now() - hours * 3_600_000;

export function PartsPage() {
  const [tab, setTab] = useState("overview");
  const [file, setFile] = useState<string | null>("trellis.yaml");
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="flight-delays"
        titleAside={
          <>
            <LevelMeter level={3} of={4} label="Level 2 of 3" />
            <b className="text-xs">L2</b>
          </>
        }
        meta={
          <>
            <span>Predicts the arrival delay of a flight, in minutes.</span>
            <span>owned by flight-ops</span>
          </>
        }
        actions={
          <>
            <IdChip value="http://127.0.0.1:7400/git/projects/flight-delays.git" copy />
            <Button icon={Play}>Run</Button>
          </>
        }
      />
      <Tabs
        label="Parts of the project"
        value={tab}
        onChange={setTab}
        items={["overview", "pipelines", "models", "deployments", "monitors", "files", "settings"].map((value) => ({
          value,
          label: value.charAt(0).toUpperCase() + value.slice(1),
        }))}
      />
      <Card
        title="v7 is one approval away from production"
        right={
          <>
            <StatusBadge status="synced" variant="text" size="sm" />
            <IdChip value="3f9c2e1" icon={GitCommitHorizontal} />
          </>
        }
      >
        <PromotionPath
          environments={[
            {
              id: "dev",
              name: "dev",
              version: "v7",
              status: <StatusBadge status="healthy" />,
              since: "for 2 days",
              lines: ["0.4 requests/s, p95 21 ms", "Takes every new version"],
              href: "#",
            },
            {
              id: "staging",
              name: "staging",
              version: "v7",
              alias: "challenger",
              status: <StatusBadge status="healthy" />,
              since: "for 2 days",
              lines: ["3.1 requests/s, p95 24 ms", "Takes what passes its gates"],
            },
            {
              id: "production",
              name: "production",
              version: "v6",
              alias: "champion",
              status: <StatusBadge status="degraded" />,
              since: "for 3 weeks",
              lines: [
                "42 requests/s, p95 27 ms, 0.02 % errors",
                <span key="w" className="inline-flex items-center gap-1.5 text-ink">
                  <TriangleAlert aria-hidden className="size-3.5 text-warn-ink" />1 of 7 features drifts since Saturday
                </span>,
              ],
              pending: {
                id: "cr",
                title: "CR-31",
                aside: "JD asked 2 h ago",
                from: "v6",
                to: "v7",
                lines: ["MAE 11.42 min, 0.66 better than v6", "8 of 9 gates pass, 1 of 2 approvals"],
                action: <Button size="sm">Review CR-31</Button>,
              },
            },
          ]}
        />
      </Card>
      <LineageStrip
        label="Where version 7 came from"
        nodes={[
          { id: "d", icon: Database, title: "flights 2001-06", detail: "240,600 rows, 14 of 14 checks pass", href: "#" },
          { id: "r", icon: Play, title: "Run 142", detail: "train v12, 7 min 04 s", status: <StatusBadge status="succeeded" />, href: "#" },
          { id: "v", icon: Box, title: "flight-delays v7", detail: "sha256 3fa97c…12d4", current: true },
          { id: "c", icon: Stamp, title: "CR-31", detail: "Deploy to production", status: <StatusBadge status="open" kind="change_request" label="1 of 2" /> },
        ]}
      />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <Card
            flush
            title="Pipelines"
            aside="last 20 runs each"
            right={
              <TextLink href="#" className="text-xs">
                All runs
              </TextLink>
            }
          >
            <div className="flex flex-wrap items-center gap-4 px-4 py-2 text-sm">
              <b className="flex-1">train</b>
              <RunStrip
                label="Last runs of train"
                runs={Array.from({ length: 20 }, (_, index) => ({
                  id: String(index),
                  status: ["succeeded", "succeeded", "failed", "cached", "succeeded", "cancelled"][index % 6] ?? "succeeded",
                  value: 50 + ((index * 37) % 40),
                  href: "#",
                  label: `Run ${index}`,
                }))}
              />
              <Sparkline values={[1, 2, 1, null, 3, 4, 8, 9]} threshold={5} label="PSI rose to 9" />
            </div>
          </Card>
          <Card flush title="Version 6 becomes 7, with less memory and a slower canary">
            <DiffView before={yamlBefore} after={yamlAfter} path="production/flight-delays.yaml" />
          </Card>
          <Card
            flush
            title="One gate warns, four pass"
            right={
              <Badge tone="warn" icon={TriangleAlert}>
                1 warns
              </Badge>
            }
          >
            <CheckList
              items={[
                {
                  id: "1",
                  state: "warn",
                  title: "No origin more than 1.0 min worse",
                  detail: (
                    <>
                      HNL is <b className="text-ink">1.3 min</b> worse (0.4 to 2.2, 412 rows)
                    </>
                  ),
                  right: <TextLink href="#">Slices</TextLink>,
                },
                {
                  id: "2",
                  state: "pass",
                  title: "MAE lower than the champion's",
                  detail: (
                    <>
                      <b className="text-ink">11.42</b> against 12.08 min
                    </>
                  ),
                  right: <TextLink href="#">Run 142</TextLink>,
                },
                { id: "3", state: "fail", title: "p95 latency below 50 ms", detail: "61 ms" },
                { id: "4", state: "running", title: "Signature fits the live endpoint" },
                { id: "5", state: "unknown", title: "Card is complete" },
              ]}
            />
          </Card>
          <Card title="README.md">
            <Markdown source={readme} />
          </Card>
          <Card flush title="Files">
            <FileTree
              files={[
                { path: "trellis.yaml", sizeBytes: 2100, count: 11 },
                { path: "README.md", sizeBytes: 5800, count: 5 },
                { path: "src/flight_delays/train.py", sizeBytes: 4200 },
                { path: "src/flight_delays/prepare.py", sizeBytes: 3100 },
                { path: "contracts/flights.odcs.yaml", sizeBytes: 900 },
                { path: "tests/test_train.py", sizeBytes: 800 },
              ]}
              selected={file}
              onSelect={setFile}
              preview={<CodeBlock bare lineNumbers language="yaml" code={yamlAfter} title={file} marks={[{ line: 6, label: "Model version" }]} />}
            />
          </Card>
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <Card flush title="Scorecard" aside={<LevelMeter level={3} of={4} label="L2" />} right={<span className="text-xs text-ink-2">25 of 27 checks</span>}>
            <ScorecardList
              next={{
                label: "Next step to L3",
                title: "Send drift alerts to a person",
                detail: "The one on Sunday at 06:00 had no receiver.",
                action: <Button variant="primary">Send alerts to flight-ops</Button>,
              }}
              levels={[
                { id: "L0", name: "Registered", passed: 3, total: 3, reached: true, checks: [{ id: "a", name: "Has an owner", state: "pass" }] },
                { id: "L1", name: "Automated pipeline", passed: 8, total: 8, reached: true },
                { id: "L2", name: "CI/CD for pipelines", passed: 9, total: 9, reached: true },
                {
                  id: "L3",
                  name: "Continuous training",
                  passed: 5,
                  total: 7,
                  reached: false,
                  checks: [
                    { id: "x", name: "Alerts reach a person", state: "fail", detail: "next step" },
                    { id: "y", name: "Drift is checked", state: "pass", detail: "daily" },
                    { id: "z", name: "Labels arrive", state: "unknown", detail: "no labels yet" },
                  ],
                },
              ]}
            />
          </Card>
          <Card title="What happened, what follows">
            <EventTimeline
              events={[
                { id: "1", at: ago(50), title: "v7 registered by run 142" },
                { id: "2", at: ago(4), title: "SR approved, 1 of 2", tone: "ok", icon: Stamp },
                { id: "3", at: ago(0.01), title: "Waits for MK or AL", state: "current" },
                { id: "4", title: "Committed to environments, main", state: "todo" },
                { id: "5", title: "v7 healthy beside v6", state: "todo", icon: Rocket },
              ]}
            />
          </Card>
          <Card title="Traffic">
            <SplitBar
              label="Traffic"
              parts={[
                { label: "v6", share: 0.9 },
                { label: "v7", share: 0.1 },
              ]}
            />
          </Card>
          <Card title="Run 143 gave the same bytes">
            <KeyValueList
              items={[
                {
                  label: "Code",
                  value: (
                    <TextLink href="#" className="font-mono">
                      4f9c1e2
                    </TextLink>
                  ),
                },
                { label: "Data", value: "sha256 9c04be…77a1", mono: true },
                { label: "Registered", value: <Time at={start} /> },
                { label: "MAE", value: <NumberValue value={11.42} unit="min" trend={-0.66} better="lower" trendLabel="v6 12.08" /> },
              ]}
            />
          </Card>
          <Card title="Metrics">
            <div className="flex gap-8">
              <div>
                <div className="text-xs text-ink-3">MAE</div>
                <NumberValue size="lg" value={11.42} unit="min" trend={-0.66} better="lower" trendLabel="v6 12.08" />
              </div>
              <div>
                <div className="text-xs text-ink-3">Bias</div>
                <NumberValue size="lg" value={-0.9} unit="min" trend={-0.5} better="higher" trendLabel="v6 −0.4" />
              </div>
            </div>
          </Card>
          <Card title="JSON">
            <JsonTree value={{ rows: [{ origin: "ORD", distance: 719, late: true }], empty: [], none: null }} openDepth={3} />
          </Card>
        </div>
      </div>
      <Card title="Every state">
        <div className="flex flex-wrap gap-2">
          {allStatuses.map((status) => (
            <StatusBadge key={status} status={status} />
          ))}
        </div>
        <div className="mt-3 flex flex-wrap gap-x-4 gap-y-1.5 text-sm">
          {allStatuses.map((status) => (
            <StatusBadge key={status} status={status} variant="text" />
          ))}
        </div>
      </Card>
      <Card title="Feedback">
        <Toasts />
      </Card>
      <CardGrid>
        <Card title="Empty">
          <EmptyState compact icon={Rocket} title="Nothing is deployed yet" action={<Button variant="primary">Ask to deploy version 1</Button>}>
            A version goes live when its change request is approved.
          </EmptyState>
        </Card>
        <Card title="Failed">
          <ErrorState compact error={new Error("The database did not answer within 5 s.")} onRetry={() => {}} />
        </Card>
        <Card title="Loading">
          <Skeleton lines={5} />
        </Card>
      </CardGrid>
      <Notice tone="warn" title="carrier_delay_prev drifts" action={<Button size="sm">Open monitor</Button>}>
        PSI 0.31, limit 0.20, since Saturday.
      </Notice>
      <Notice tone="fail" title="trellis.yaml is not valid">
        Line 12: steps.train.needs names “prepair”, which is not a step.
      </Notice>
    </div>
  );
}
