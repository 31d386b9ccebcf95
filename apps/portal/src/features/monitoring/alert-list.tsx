"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, EmptyState, StatusBadge, TextLink, Time, useToast } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { BellOff } from "lucide-react";
import { PageFrame } from "@/features/shell";
import { useTRPC } from "@/live/trpc";

/** Alerts with their cause in words, and what came of them. */
export function AlertList({ title, deploymentId, openOnly = false }: { title: string; deploymentId?: string; openOnly?: boolean }) {
  const trpc = useTRPC();
  const toast = useToast();
  const queryClient = useQueryClient();
  const alerts = useQuery(
    trpc.monitoring.alerts.queryOptions({
      ...(deploymentId ? { deploymentId } : {}),
      ...(openOnly ? { status: ["firing" as const, "acknowledged" as const] } : {}),
      limit: 20,
    }),
  );
  const options = {
    onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.monitoring.pathKey() }),
    onError: (error: { message: string }) => void toast.error(error.message),
  };
  const acknowledge = useMutation(trpc.monitoring.acknowledge.mutationOptions(options));
  const resolve = useMutation(trpc.monitoring.resolve.mutationOptions(options));
  return (
    <Card title={title} flush>
      <PageFrame query={alerts}>
        {(page) => (
          <DataTable
            label={title}
            rows={page.items}
            rowKey={(row) => row.id}
            empty={<EmptyState icon={BellOff} title="No alerts" compact />}
            columns={[
              { id: "status", header: "Status", width: 140, cell: (row) => <StatusBadge variant="text" status={row.status} kind="alert" /> },
              {
                id: "summary",
                header: "What happened",
                cell: (row) => (
                  <span className="block min-w-52 whitespace-normal">
                    <TextLink href={`/monitoring/${row.deployment.name}`} className="block">
                      {row.deployment.name}
                    </TextLink>
                    {row.summary}
                  </span>
                ),
              },
              { id: "opened", header: "Opened", cell: (row) => <Time at={row.openedAt} /> },
              {
                id: "run",
                header: "Retraining",
                hideBelow: "md",
                cell: (row) => (row.run ? <TextLink href={`/projects/${row.project.slug}/runs/${row.run.number}`}>{`Run ${row.run.number}`}</TextLink> : "–"),
              },
              {
                id: "request",
                header: "Request",
                hideBelow: "md",
                cell: (row) =>
                  row.changeRequest ? <TextLink href={`/approvals/${row.changeRequest.number}`}>{`CR-${row.changeRequest.number}`}</TextLink> : "–",
              },
              {
                id: "actions",
                header: "",
                align: "right",
                cell: (row) => (
                  <span className="flex justify-end gap-1">
                    {row.status === "firing" ? (
                      <Button size="sm" onClick={() => acknowledge.mutate({ alertId: row.id })}>
                        Acknowledge
                      </Button>
                    ) : null}
                    {row.status === "resolved" ? null : (
                      <Button size="sm" variant="ghost" onClick={() => resolve.mutate({ alertId: row.id })}>
                        Resolve
                      </Button>
                    )}
                  </span>
                ),
              },
            ]}
          />
        )}
      </PageFrame>
    </Card>
  );
}
