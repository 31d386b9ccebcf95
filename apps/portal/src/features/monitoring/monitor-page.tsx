"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, EmptyState, Finding, PageHeader, StatStrip, StatusBadge, TextLink, Time, useNavigate, useToast } from "@trellis/ui";
import { Activity, RefreshCw, RotateCcw } from "lucide-react";
import dynamic from "next/dynamic";
import { PageFrame, useCrumbs } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";
import { AlertList } from "./alert-list";
import { stateWord } from "./state-words";

const DriftCharts = dynamic(() => import("./drift-charts").then((module) => module.DriftCharts), { ssr: false });

type Monitor = Outputs["monitoring"]["monitor"];

/** One deployment under watch: what drifted, since when, does it matter? */
export function MonitorPage({ deployment }: { deployment: string }) {
  const trpc = useTRPC();
  const monitor = useQuery(trpc.monitoring.monitor.queryOptions({ deployment }));
  useLive(monitor.data ? `monitor:${monitor.data.deploymentId}` : null, trpc.monitoring.pathKey());
  useCrumbs({ label: "Monitoring", href: "/monitoring" }, { label: deployment });
  return <PageFrame query={monitor}>{(data) => <MonitorDetail monitor={data} />}</PageFrame>;
}

function MonitorDetail({ monitor }: { monitor: Monitor }) {
  const drifted = monitor.state === "drifted";
  return (
    <>
      <PageHeader
        title={monitor.deploymentName}
        status={
          <StatusBadge
            status={monitor.state === "no_traffic" || monitor.state === "waiting" ? "waiting" : monitor.state}
            kind="drift"
            label={stateWord(monitor.state)}
          />
        }
        meta={
          <>
            <TextLink href={`/deployments/${monitor.deploymentName}`}>Deployment</TextLink>
            <TextLink href={`/projects/${monitor.project.slug}`}>{monitor.project.slug}</TextLink>
          </>
        }
        actions={<MonitorActions monitor={monitor} />}
        finding={<Finding tone={drifted ? "warn" : monitor.state === "stable" ? "ok" : "neutral"}>{monitor.headline}</Finding>}
      />
      <StatStrip
        label="The watch"
        items={[
          {
            label: "Live version",
            value: monitor.liveVersion ? (
              <TextLink href={`/models/${monitor.model.name}/versions/${monitor.liveVersion.version}`}>{`v${monitor.liveVersion.version}`}</TextLink>
            ) : (
              "None"
            ),
          },
          { label: "Window", value: `${Math.round(monitor.monitor.windowSeconds / 86_400) || 1} days`, detail: `at least ${monitor.monitor.minRows} rows` },
          { label: "Alert", value: `${monitor.monitor.alertAfter} of the last ${monitor.monitor.ofLast}`, detail: `PSI limit ${monitor.threshold}` },
          { label: "Judged up to", value: monitor.evaluatedTo ? <Time at={monitor.evaluatedTo} form="date" /> : "Not yet", detail: "event time" },
          {
            label: "Retrains",
            value: monitor.retrain ? monitor.retrain.pipeline : "By hand",
            detail: monitor.retrain?.enabled ? "by itself, on an alert" : "no drift trigger in trellis.yaml",
          },
        ]}
      />
      <div className="mt-4">
        {monitor.state === "no_traffic" ? (
          <EmptyState icon={Activity} title="No predictions were logged yet">
            Send requests to /serve/{monitor.deploymentName}; the project's replay script sends the months to come.
          </EmptyState>
        ) : (
          <DriftCharts monitor={monitor} />
        )}
      </div>
      <div className="mt-4">
        <AlertList title="Alerts" deploymentId={monitor.deploymentId} />
      </div>
    </>
  );
}

function MonitorActions({ monitor }: { monitor: Monitor }) {
  const trpc = useTRPC();
  const toast = useToast();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const evaluate = useMutation(
    trpc.monitoring.evaluate.mutationOptions({
      onSuccess: async () => {
        toast.success("The windows are being judged");
        await queryClient.invalidateQueries({ queryKey: trpc.monitoring.pathKey() });
      },
      onError: (error) => toast.error(error.message),
    }),
  );
  const run = useMutation({ ...trpc.monitoring.retrain.mutationOptions(), onError: (error) => toast.error(error.message) });
  const retrain = async (): Promise<void> => {
    const { runId } = await run.mutateAsync({ deploymentId: monitor.deploymentId });
    const started = await queryClient.fetchQuery(trpc.pipelines.run.queryOptions({ runId }));
    navigate(`/projects/${started.project.slug}/runs/${started.number}`);
  };
  return (
    <>
      <Button icon={RefreshCw} loading={evaluate.isPending} onClick={() => evaluate.mutate({ deploymentId: monitor.deploymentId })}>
        Judge now
      </Button>
      <Button icon={RotateCcw} loading={run.isPending} onClick={() => void retrain()}>
        Retrain
      </Button>
    </>
  );
}
