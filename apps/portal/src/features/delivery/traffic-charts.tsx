"use client";

import { useQuery } from "@tanstack/react-query";
import { SegmentedControl } from "@trellis/ui";
import { ChartFrame, LineChart } from "@trellis/ui/charts";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useMemo, useState } from "react";
import { PageFrame } from "@/features/shell";
import { useTRPC } from "@/live/trpc";

const RANGES = { "1h": 1, "24h": 24, "7d": 168 } as const;
const RANGE_NAMES = ["1h", "24h", "7d"] as const;

/** Requests, latency and errors over time, by version, with deploys as ticks. */
export function TrafficCharts({ deployment }: { deployment: string }) {
  const trpc = useTRPC();
  const [range, setRange] = useQueryState("range", parseAsStringLiteral(RANGE_NAMES).withDefault("1h"));
  const [openedAt] = useState(() => Math.ceil(Date.now() / 60_000) * 60_000);
  const span = useMemo(() => ({ from: new Date(openedAt - RANGES[range] * 3_600_000), to: new Date(openedAt + 3_600_000) }), [openedAt, range]);
  const traffic = useQuery(trpc.serving.traffic.queryOptions({ deployment, ...span }));
  return (
    <div className="flex flex-col gap-4">
      <div>
        <SegmentedControl
          label="Time range"
          size="sm"
          value={range}
          onChange={(value) => void setRange(value)}
          items={RANGE_NAMES.map((name) => ({ value: name, label: name }))}
        />
      </div>
      <PageFrame query={traffic}>
        {(data) => {
          const events = data.deploys.map((deploy) => ({ at: deploy.at.getTime(), label: `v${deploy.version}`, kind: "deploy" as const }));
          const series = (pick: (point: (typeof data.points)[number]) => number | null) =>
            data.versions.map((version) => ({
              id: String(version),
              name: `v${version}`,
              dots: data.points.length < 3,
              points: data.points.filter((point) => point.version === version).map((point) => ({ x: point.at.getTime(), y: pick(point) })),
            }));
          const charts = [
            { title: "Requests", unit: "req/s", series: series((point) => point.requestsPerSecond) },
            { title: "Latency, 95th percentile", unit: "ms", series: series((point) => point.p95Ms) },
            { title: "Server errors", unit: "%", series: series((point) => (point.errorRate === null ? null : point.errorRate * 100)) },
          ];
          return (
            <div className="grid gap-4 lg:grid-cols-3">
              {charts.map((chart) => (
                <ChartFrame
                  key={chart.title}
                  title={chart.title}
                  subtitle={`${chart.unit}, in steps of ${data.bucketSeconds} s`}
                  name={`${deployment}-${chart.title}`}
                  empty={data.points.length === 0 ? "No requests in this time." : undefined}
                  table={{
                    columns: ["time", "version", chart.unit],
                    rows: chart.series.flatMap((line) => line.points.map((point) => [new Date(point.x).toISOString(), line.name, point.y])),
                  }}
                >
                  <LineChart label={chart.title} x="time" yUnit={chart.unit} series={chart.series} events={events} syncId="traffic" yDomain={[0, "auto"]} />
                </ChartFrame>
              ))}
            </div>
          );
        }}
      </PageFrame>
    </div>
  );
}
