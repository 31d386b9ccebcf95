"use client";

import { useQuery } from "@tanstack/react-query";
import { Card, EmptyState, Notice, StatStrip } from "@trellis/ui";
import { ChartFrame, DriftHeatMap, HistogramPair, LineChart } from "@trellis/ui/charts";
import { Activity } from "lucide-react";
import { parseAsString, useQueryStates } from "nuqs";
import { PageFrame } from "@/features/shell";
import { type Outputs, useTRPC } from "@/live/trpc";

type Monitor = Outputs["monitoring"]["monitor"];
type HeatMap = Outputs["monitoring"]["heatMap"];

const day = (at: Date): string => at.toISOString().slice(0, 10);

/** Features by windows; below, the chosen feature's distribution and its course. */
export function DriftCharts({ monitor }: { monitor: Monitor }) {
  const trpc = useTRPC();
  const map = useQuery(trpc.monitoring.heatMap.queryOptions({ deployment: monitor.deploymentName, limit: 52 }));
  return (
    <PageFrame query={map}>
      {(data) =>
        data.windows.length === 0 ? (
          <EmptyState icon={Activity} title="No window has been judged yet">
            Windows are judged when enough rows have arrived.
          </EmptyState>
        ) : (
          <Charts monitor={monitor} map={data} />
        )
      }
    </PageFrame>
  );
}

function Charts({ monitor, map }: { monitor: Monitor; map: HeatMap }) {
  const [chosen, setChosen] = useQueryStates({ feature: parseAsString, window: parseAsString });
  const lastDrifted = map.windows.findLast((window) => window.verdict === "drifted") ?? map.windows.at(-1);
  const feature = map.features.find((candidate) => candidate.name === chosen.feature) ?? map.features[0];
  const window = map.windows.find((candidate) => candidate.reportId === chosen.window) ?? lastDrifted;
  const columnOf = new Map(map.windows.map((entry, index) => [entry.reportId, index]));
  const rowOf = new Map(map.features.map((entry) => [entry.name, entry]));
  return (
    <div className="flex flex-col gap-4">
      <Card title="Drift by feature and window" aside={`${map.windows.length} windows, most drifted first`}>
        <DriftHeatMap
          label={`Drift of ${monitor.deploymentName}`}
          limits={{ warn: map.threshold / 2, drift: map.threshold }}
          features={map.features.map((entry) => ({ id: entry.name, name: entry.name, note: entry.role === "output" ? "prediction" : undefined }))}
          windows={map.windows.map((entry) => ({ id: entry.reportId, label: day(entry.start), group: `v${entry.version}`, start: entry.start.getTime() }))}
          cell={(featureId, windowId) => {
            const cell = rowOf.get(featureId)?.cells[columnOf.get(windowId) ?? -1];
            if (!cell || cell.verdict === "not_computable") return null;
            return { value: cell.value, verdict: cell.verdict };
          }}
          latest={(featureId) => {
            const entry = rowOf.get(featureId);
            return entry ? { value: entry.latest?.toFixed(2) ?? "–", note: entry.since ? `since ${day(entry.since)}` : undefined } : null;
          }}
          selected={feature && window ? { featureId: feature.name, windowId: window.reportId } : null}
          onSelect={({ featureId, windowId }) => void setChosen({ feature: featureId, window: windowId })}
        />
      </Card>
      {feature && window ? (
        <div className="grid gap-4 lg:grid-cols-2">
          <Distribution reportId={window.reportId} feature={feature.name} />
          <Course monitor={monitor} feature={feature.name} threshold={map.threshold} deploys={map.deploys} />
        </div>
      ) : null}
    </div>
  );
}

function Distribution({ reportId, feature }: { reportId: string; feature: string }) {
  const trpc = useTRPC();
  const distribution = useQuery(trpc.monitoring.distribution.queryOptions({ reportId, feature }));
  return (
    <PageFrame query={distribution}>
      {(data) => (
        <ChartFrame
          title={data.finding}
          subtitle={`${feature}: ${data.currentRows} rows from ${day(data.windowStart)} to ${day(data.windowEnd)}, against ${data.referenceRows} of the training`}
          name={`${feature}-distribution`}
          table={{ columns: ["bin", "reference", "now"], rows: data.bins.map((bin) => [bin.label, bin.reference, bin.current]) }}
        >
          <HistogramPair
            label={`Distribution of ${feature}`}
            bins={data.bins}
            kind={data.kind === "numeric" ? "numeric" : "category"}
            referenceName="Training"
            currentName="Window"
          />
          {data.newCategories.length > 0 ? (
            <Notice tone="warn" title="Values never seen in training">
              {data.newCategories.join(", ")}
            </Notice>
          ) : null}
          {data.message ? <Notice tone="neutral">{data.message}</Notice> : null}
          <StatStrip
            label="Numbers"
            items={[
              { label: data.method.toUpperCase(), value: data.value?.toFixed(3) ?? "–", detail: `limit ${data.threshold}` },
              { label: "Chance alone", value: data.noiseFloor?.toFixed(3) ?? "–" },
              {
                label: "Missing",
                value: `${(data.missingShare.current * 100).toFixed(1)} %`,
                detail: `training ${(data.missingShare.reference * 100).toFixed(1)} %`,
              },
            ]}
          />
        </ChartFrame>
      )}
    </PageFrame>
  );
}

function Course({ monitor, feature, threshold, deploys }: { monitor: Monitor; feature: string; threshold: number; deploys: HeatMap["deploys"] }) {
  const trpc = useTRPC();
  const series = useQuery(trpc.monitoring.series.queryOptions({ deployment: monitor.deploymentName, feature }));
  return (
    <PageFrame query={series}>
      {(data) => (
        <ChartFrame
          title={`${feature} over time`}
          subtitle="Drift value by window; below the grey line chance alone explains it"
          name={`${feature}-drift`}
          table={{
            columns: ["window", "version", "rows", "value", "chance"],
            rows: data.points.map((point) => [day(point.windowStart), point.version, point.rows, point.value, point.noiseFloor]),
          }}
        >
          <LineChart
            label={`Drift of ${feature}`}
            x="time"
            thresholds={[{ value: threshold, label: `limit ${threshold}`, tone: "fail" }]}
            events={deploys.flatMap((deploy) =>
              deploy.eventTime ? [{ at: deploy.eventTime.getTime(), label: `v${deploy.version}`, kind: "deploy" as const }] : [],
            )}
            series={[
              { id: "value", name: "drift", dots: true, points: data.points.map((point) => ({ x: point.windowStart.getTime(), y: point.value })) },
              {
                id: "noise",
                name: "chance alone",
                reference: true,
                dashed: true,
                points: data.points.map((point) => ({ x: point.windowStart.getTime(), y: point.noiseFloor })),
              },
            ]}
          />
        </ChartFrame>
      )}
    </PageFrame>
  );
}
