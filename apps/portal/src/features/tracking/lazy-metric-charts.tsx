"use client";

import { Skeleton } from "@trellis/ui";
import dynamic from "next/dynamic";

/** The curves of runs, loaded when somebody looks at them: the charts weigh as much as a page. */
export const LazyMetricCharts = dynamic(() => import("./metric-charts").then((module) => module.MetricCharts), {
  ssr: false,
  loading: () => <Skeleton lines={8} />,
});
