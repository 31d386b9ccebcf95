import type { GanttData } from "../src/graph/index.ts";
import type { NotificationItem } from "../src/index.ts";

export const start = Date.UTC(2026, 10, 24, 6, 0, 5);
const s = (seconds: number) => start + seconds * 1000;

export const notifications: NotificationItem[] = [
  { id: "1", title: "JD asks to deploy flight-delays v7 to production", at: s(400), unread: true, tone: "accent" },
  { id: "2", title: "Run 142 failed", detail: "customers v43 lacks plan_tier", at: s(0), unread: true, tone: "fail" },
  { id: "3", title: "carrier_delay_prev drifts", at: s(-90000), unread: false, tone: "warn" },
];

export const gantt: GanttData = {
  startedAt: start,
  now: s(553),
  lanes: [
    {
      id: "check-data",
      label: "check-data",
      stage: "data",
      status: "succeeded",
      critical: true,
      note: "30 s, 2,418,660 rows, all 14 checks passed",
      attempts: [{ number: 1, status: "succeeded", queuedAt: s(0), startedAt: s(4), endedAt: s(34) }],
    },
    {
      id: "prepare",
      label: "prepare",
      stage: "prepare",
      status: "cached",
      critical: true,
      note: "Cached from refresh-features run 1847, saved 44 s",
      attempts: [{ number: 1, status: "cached", queuedAt: s(34), startedAt: s(34), endedAt: s(36) }],
    },
    { id: "train", label: "train", stage: "train", status: "running", group: true, attempts: [] },
    {
      id: "d6",
      label: "max_depth 6",
      stage: "train",
      parent: "train",
      status: "succeeded",
      note: "2 min 24 s, MAE 11.98 min",
      attempts: [{ number: 1, status: "succeeded", queuedAt: s(36), startedAt: s(42), endedAt: s(186) }],
    },
    {
      id: "d10",
      label: "max_depth 10",
      stage: "train",
      parent: "train",
      status: "succeeded",
      note: "3 min 30 s, MAE 11.63 min",
      attempts: [{ number: 1, status: "succeeded", queuedAt: s(36), startedAt: s(42), endedAt: s(252) }],
    },
    {
      id: "d14",
      label: "max_depth 14",
      stage: "train",
      parent: "train",
      status: "running",
      critical: true,
      expected: { startAt: s(337), endAt: s(605) },
      attempts: [
        { number: 1, status: "failed", queuedAt: s(36), startedAt: s(188), endedAt: s(295), label: "out of memory", queueLabel: "Slot wait, 2 of 2 in use" },
        { number: 2, status: "running", queuedAt: s(295), startedAt: s(337), label: "tree 480 of 600" },
      ],
    },
    {
      id: "test",
      label: "test",
      stage: "test",
      status: "waiting",
      critical: true,
      reason: "Waiting for max_depth 14, then tests the best of 3",
      expected: { startAt: s(605), endAt: s(655) },
      attempts: [],
    },
    {
      id: "package",
      label: "package",
      stage: "package",
      status: "waiting",
      critical: true,
      reason: "Waiting for test",
      expected: { startAt: s(655), endAt: s(685) },
      attempts: [],
    },
    {
      id: "deploy",
      label: "deploy-request",
      stage: "deploy",
      status: "waiting",
      critical: true,
      reason: "Waiting for package, then asks to put v7 in staging",
      expected: { startAt: s(685), endAt: s(690) },
      attempts: [],
    },
  ],
};

const statuses = ["succeeded", "succeeded", "succeeded", "cached", "failed", "running", "queued"];

export const fanOut: GanttData = {
  startedAt: start,
  now: s(900),
  lanes: [
    {
      id: "split",
      label: "split",
      stage: "data",
      status: "succeeded",
      attempts: [{ number: 1, status: "succeeded", queuedAt: s(0), startedAt: s(3), endedAt: s(40) }],
    },
    { id: "day", label: "backfill day", stage: "data", status: "running", group: true, attempts: [] },
    ...Array.from({ length: 365 }, (_, index) => {
      const status = index > 320 ? "queued" : index > 312 ? "running" : (statuses[(index * 7) % 5] ?? "succeeded");
      const from = 40 + index * 2.6;
      return {
        id: `day-${index}`,
        label: `day ${index + 1}`,
        stage: "data",
        parent: "day",
        status,
        attempts: [
          {
            number: 1,
            status,
            queuedAt: s(Math.min(from, 880)),
            startedAt: status === "queued" ? null : s(from + 2),
            endedAt: status === "queued" || status === "running" ? null : s(from + 30 + (index % 9) * 3),
          },
        ],
      };
    }),
  ],
};

const lines = [
  "INFO  attempt 2 of 3 on worker-2, memory 16 GB (attempt 1 had 8 GB)",
  "INFO  env lock \u001b[36mpy312-sklearn\u001b[0m sha256:7c41…e09 \u001b[2malready on this worker\u001b[0m",
  "INFO  max_depth=\u001b[34m14\u001b[0m learning_rate=0.05 trees=600 seed=7",
  "INFO  read \u001b[32mflights v31\u001b[0m, 2,418,660 rows × 7 features from prepare (cached)",
  "WARN  carrier_delay_prev missing in 74,978 rows (3.1 %, usual 0.4 %), used carrier median",
];

export const log = [
  ...lines.map((text, index) => ({ text, at: s(337 + index) })),
  ...Array.from({ length: 12 }, (_, index) => ({
    text: `INFO  tree ${(index + 1) * 40}/600  valid MAE \u001b[34m${(16.9 - index * 0.45).toFixed(2)}\u001b[0m min  memory ${(4 + index * 0.5).toFixed(1)} GB`,
    at: s(347 + index * 17),
  })),
  { text: 'ValueError: could not convert string to float: "n/a"', at: s(560), stream: "err" as const },
];

export const longLog = Array.from({ length: 120_000 }, (_, index) => `INFO  row ${index} written`);

export const yamlBefore = `kind: Deployment
name: flight-delays-production
project: flight-delays
model:
  name: flight-delay
  version: 6
  digest: sha256:b81d4e01e07c
serving:
  replicas: 3
  memory: 640Mi
rollout:
  steps: [10, 100]
  pause: 30m
  back_if:
    p95_ms: "> 50"
  keep_previous: 24h
`;
export const yamlAfter = yamlBefore
  .replace("version: 6", "version: 7")
  .replace("b81d4e01e07c", "3fa97cd112d4")
  .replace("640Mi", "512Mi")
  .replace("[10, 100]", "[10, 50, 100]")
  .replace("  keep_previous", '    errors: "> 1%"\n  keep_previous');

export const readme = `# Flight delay

One prediction per flight, made at **departure**, used by [gate planning](https://example.com) to hold or release connecting crews.

- judged by \`MAE\`, not by R2
- [x] drift is watched
- [ ] retrained weekly

| metric | v6 | v7 |
| --- | ---: | ---: |
| MAE | 12.08 | 11.42 |

\`\`\`bash
uv sync
trellis run train --param sample=0.1   # 40 s on a laptop
\`\`\`

<script>alert(1)</script>
`;
