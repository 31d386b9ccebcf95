import {
  acknowledgeAlert,
  acknowledgeAlertInput,
  countOpenAlerts,
  driftHeatMap,
  driftHeatMapInput,
  driftSeries,
  driftSeriesInput,
  evaluateNow,
  evaluateNowInput,
  featureDistribution,
  featureDistributionInput,
  getAlert,
  getAlertInput,
  getMonitor,
  getMonitorInput,
  listAlerts,
  listAlertsInput,
  monitoringOverview,
  monitoringOverviewInput,
  resolveAlert,
  resolveAlertInput,
  retrainNow,
  retrainNowInput,
} from "@trellis/core/monitoring/index.ts";
import { procedure, router } from "../trpc.ts";

export const monitoringRouter = router({
  overview: procedure("project.list", "GET /monitors", "The watch over every deployment")
    .input(monitoringOverviewInput)
    .query(({ ctx, input }) => monitoringOverview(ctx.core, input)),
  monitor: procedure("project.read", "GET /deployments/{deployment}/monitor", "The watch over one deployment")
    .input(getMonitorInput)
    .query(({ ctx, input }) => getMonitor(ctx.core, input)),
  heatMap: procedure("project.read", "GET /deployments/{deployment}/drift", "Drift by feature and window")
    .input(driftHeatMapInput)
    .query(({ ctx, input }) => driftHeatMap(ctx.core, input)),
  distribution: procedure("project.read", "GET /drift-reports/{reportId}/features/{feature}", "A feature's distribution against the reference")
    .input(featureDistributionInput)
    .query(({ ctx, input }) => featureDistribution(ctx.core, input)),
  series: procedure("project.read", "GET /deployments/{deployment}/drift/{feature}", "One feature's drift over time")
    .input(driftSeriesInput)
    .query(({ ctx, input }) => driftSeries(ctx.core, input)),
  alerts: procedure("project.list", "GET /alerts", "Alerts")
    .input(listAlertsInput)
    .query(({ ctx, input }) => listAlerts(ctx.core, input)),
  alert: procedure("project.read", "GET /alerts/{alertId}", "One alert")
    .input(getAlertInput)
    .query(({ ctx, input }) => getAlert(ctx.core, input)),
  openAlerts: procedure("project.list").query(({ ctx }) => countOpenAlerts(ctx.core)),
  acknowledge: procedure("project.write", "POST /alerts/{alertId}/acknowledge", "Say that someone looks at it")
    .input(acknowledgeAlertInput)
    .mutation(({ ctx, input }) => acknowledgeAlert(ctx.core, input)),
  resolve: procedure("project.write", "POST /alerts/{alertId}/resolve", "Close an alert")
    .input(resolveAlertInput)
    .mutation(({ ctx, input }) => resolveAlert(ctx.core, input)),
  evaluate: procedure("project.write", "POST /deployments/{deploymentId}/evaluate", "Judge the windows now")
    .input(evaluateNowInput)
    .mutation(({ ctx, input }) => evaluateNow(ctx.core, input)),
  retrain: procedure("project.write", "POST /retrain", "Start the retraining run of a deployment or alert")
    .input(retrainNowInput)
    .mutation(({ ctx, input }) => retrainNow(ctx.core, input)),
});
