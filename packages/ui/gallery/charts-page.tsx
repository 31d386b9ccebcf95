import { useState } from "react";
import { Card, PageHeader, SegmentedControl, StatusBadge } from "../src/index.ts";
import { AreaBandChart, BarChart, ChartFrame, DriftHeatMap, HeatLegend, HistogramPair, LineChart, seriesTable } from "../src/charts/index.ts";
import type { HeatCell, HeatSelection, Series } from "../src/charts/index.ts";

const day = 86_400_000;
const from = Date.UTC(2026, 4, 26);
const wave = (index: number, scale: number) => Math.sin(index * 1.7) * scale + Math.cos(index * 0.6) * scale;
const error: Series[] = [
  {
    id: "mae",
    name: "Mean absolute error",
    color: "var(--color-accent)",
    dots: true,
    points: Array.from({ length: 30 }, (_, index) => ({
      x: from + index * day,
      y: index === 4 ? null : index < 17 ? 9 + wave(index, 0.2) : 10.6 + wave(index, 0.2),
    })),
  },
];
const requests: Series[] = [
  { id: "v6", name: "v6", points: Array.from({ length: 60 }, (_, index) => ({ x: from + index * 60_000, y: 42 + wave(index, 1) - (index > 40 ? 4 : 0) })) },
  {
    id: "v7",
    name: "v7",
    color: "var(--color-c4)",
    points: Array.from({ length: 20 }, (_, index) => ({ x: from + (index + 40) * 60_000, y: 4 + wave(index, 0.4) })),
  },
];
const features = ["carrier_delay_prev", "arrival_delay", "origin", "prediction", "destination", "dep_hour", "distance", "day_of_week", "month"].map(
  (name, index) => ({ id: name, name, note: index === 1 ? "label" : index === 3 ? "output" : undefined }),
);
const windows = Array.from({ length: 30 }, (_, index) => {
  const date = new Date(from + index * day);
  return { id: String(index), label: String(date.getUTCDate()), group: date.getUTCMonth() === 4 ? "May" : "June" };
});
const limits = { warn: 0.1, drift: 0.2 };
function cell(featureId: string, windowId: string): HeatCell | null {
  const row = features.findIndex((feature) => feature.id === featureId);
  const column = Number(windowId);
  if (row === 8) return { value: null, verdict: "insufficient", detail: "not checked: a calendar value" };
  if (column === 4) return { value: null, verdict: "insufficient", detail: "14 rows of 200" };
  const value = column < 17 ? 0.02 + ((row * 7 + column * 3) % 5) * 0.012 : Math.max(0.02, 0.33 - row * 0.055 + wave(column, 0.01));
  return { value, verdict: value >= limits.drift ? "drifted" : value >= limits.warn ? "watch" : "stable" };
}
const bins = Array.from({ length: 14 }, (_, index) => ({
  label: `${index * 5} to ${index * 5 + 5}`,
  from: index * 5,
  to: index * 5 + 5,
  reference: Math.exp(-((index - 3) ** 2) / 6) * 0.19,
  current: Math.exp(-((index - 5.5) ** 2) / 9) * 0.17,
}));

export function ChartsPage() {
  const [selected, setSelected] = useState<HeatSelection | null>({ featureId: "carrier_delay_prev", windowId: "23" });
  const [range, setRange] = useState("30");
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="origin and delay drifted since 12 June; mean absolute error up from 8.9 to 10.7 min"
        status={<StatusBadge status="firing" />}
        meta="Compared with the training data of the live version."
      />
      <Card
        flush
        title="What drifted, and does it matter"
        right={
          <>
            <HeatLegend limits={limits} />
            <SegmentedControl
              label="Range"
              value={range}
              onChange={setRange}
              items={[
                { value: "7", label: "7 d" },
                { value: "30", label: "30 d" },
              ]}
            />
          </>
        }
      >
        <DriftHeatMap
          label="Drift by feature and day"
          features={features}
          windows={windows}
          cell={cell}
          limits={limits}
          selected={selected}
          onSelect={setSelected}
          events={[
            { windowId: "8", label: "v6 live" },
            { windowId: "17", label: "flights v30" },
          ]}
          latest={(id) => {
            const last = cell(id, "29");
            return last?.value == null
              ? null
              : { value: last.value.toFixed(2), note: last.verdict === "drifted" ? "since 12 June" : last.verdict === "watch" ? "watch" : undefined };
          }}
        />
      </Card>
      <div className="grid gap-4 lg:grid-cols-2">
        <ChartFrame title="Error over its limit since 12 June" subtitle="minutes, from labels" name="error" table={seriesTable(error)}>
          <LineChart
            label="Mean absolute error over time"
            series={error}
            yUnit="min"
            thresholds={[{ value: 10, label: "limit 10.0 min" }]}
            events={[
              { at: from + 8 * day, label: "v6 live", kind: "deploy" },
              { at: from + 17 * day, label: "flights v30", kind: "data" },
            ]}
            logSwitch
          />
        </ChartFrame>
        <ChartFrame
          title="Requests: steady at 42 a second, v7 has its 10 %"
          legend={[
            { name: "v6", color: "var(--color-c1)", value: "37.0" },
            { name: "v7", color: "var(--color-c4)", value: "4.2" },
          ]}
          table={seriesTable(requests)}
        >
          <LineChart
            label="Requests"
            series={requests}
            yUnit="/s"
            area
            yDomain={[0, "auto"]}
            events={[{ at: from + 40 * 60_000, label: "v7 takes 10 %", kind: "deploy" }]}
          />
        </ChartFrame>
        <ChartFrame
          title="Median up from 17 to 29 min"
          subtitle="share of predictions"
          legend={[
            { name: "Reference", color: "var(--color-ref)" },
            { name: "Current", color: "var(--color-accent)" },
          ]}
        >
          <HistogramPair
            label="carrier_delay_prev"
            bins={bins}
            unit="min"
            markers={{ reference: 17, current: 29, label: "delay of the flight before, minutes" }}
          />
        </ChartFrame>
        <ChartFrame title="ORD and EWR grew">
          <HistogramPair
            kind="category"
            label="origin"
            bins={[
              { label: "ORD", reference: 0.079, current: 0.168 },
              { label: "EWR", reference: 0.048, current: 0.142 },
              { label: "LGA", reference: 0.035, current: 0.045 },
              { label: "41 more", reference: 0.838, current: 0.645 },
            ]}
          />
        </ChartFrame>
        <ChartFrame title="All quantiles rose on 12 June and stayed up">
          <AreaBandChart
            label="Quantiles"
            name="median"
            bandName="p10 to p90"
            innerBandName="p25 to p75"
            yUnit="min"
            reference={{ value: 6, label: "training median 6" }}
            points={Array.from({ length: 30 }, (_, index) => {
              const y = index === 4 ? null : (index < 17 ? 6 : 13) + wave(index, 0.4);
              return {
                x: from + index * day,
                y,
                low: y === null ? null : y - 5,
                high: y === null ? null : y + 22,
                low2: y === null ? null : y - 3,
                high2: y === null ? null : y + 9,
              };
            })}
          />
        </ChartFrame>
        <ChartFrame
          title="More flights within 5 min, fewer in every band above"
          legend={[
            { name: "v6", color: "var(--color-ref)" },
            { name: "v7", color: "var(--color-accent)" },
          ]}
        >
          <BarChart
            label="Errors by band"
            yUnit="%"
            series={[
              { id: "v6", name: "v6", reference: true },
              { id: "v7", name: "v7", color: "var(--color-accent)" },
            ]}
            data={[0, 5, 10, 15, 20, 25].map((label, index) => ({ label: String(label), values: { v6: 33 - index * 5.5, v7: 35 - index * 6.2 } }))}
          />
        </ChartFrame>
        <ChartFrame title="Labels" empty="Too little data: 14 of 200 rows">
          <span />
        </ChartFrame>
      </div>
    </div>
  );
}
