"use client";

import { useQuery } from "@tanstack/react-query";
import { EmptyState, NumberValue } from "@trellis/ui";
import { MetricCurve } from "@trellis/ui/charts";
import { DataTable } from "@trellis/ui/table";
import { ChartLine } from "lucide-react";
import { type Outputs, useTRPC } from "@/live/trpc";

type Metric = Outputs["pipelines"]["run"]["metrics"][number];

/** The step's metrics: a curve for each that has several points, and all last values. */
export function StepMetrics({ runId, metrics }: { runId: string; metrics: Metric[] }) {
  const trpc = useTRPC();
  const curves = metrics.filter((metric) => metric.points > 1).map((metric) => metric.key);
  const history = useQuery({ ...trpc.tracking.metricHistory.queryOptions({ runIds: [runId], keys: curves }), enabled: curves.length > 0 });
  if (metrics.length === 0)
    return (
      <EmptyState icon={ChartLine} title="No metrics" compact>
        A step reports them with trellis.log_metric("auc", 0.71).
      </EmptyState>
    );
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
        {(history.data?.series ?? []).map((series) => (
          <MetricCurve
            key={series.key}
            name={series.key}
            title={series.key}
            points={series.points.map((point) => ({ x: point.step, y: point.value }))}
            xLabel="step"
          />
        ))}
      </div>
      <DataTable
        label="Metrics"
        rows={metrics}
        rowKey={(row) => row.key}
        csvName="metrics"
        columns={[
          { id: "key", header: "Metric", mono: true, cell: (row) => row.key, sort: (row) => row.key, csv: (row) => row.key },
          {
            id: "value",
            header: "Last value",
            align: "right",
            cell: (row) => <NumberValue value={row.value} digits={4} />,
            sort: (row) => row.value,
            csv: (row) => row.value,
          },
          { id: "points", header: "Points", align: "right", cell: (row) => row.points, csv: (row) => row.points },
        ]}
      />
    </div>
  );
}
