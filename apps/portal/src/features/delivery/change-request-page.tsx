"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import {
  Avatar,
  Badge,
  Button,
  Card,
  CheckList,
  EventTimeline,
  Finding,
  NumberValue,
  PageHeader,
  StatStrip,
  StatusBadge,
  TextArea,
  TextLink,
  Time,
  useToast,
} from "@trellis/ui";
import { DiffView } from "@trellis/ui/diff";
import { DataTable } from "@trellis/ui/table";
import { RefreshCw } from "lucide-react";
import { type FormEvent, useState } from "react";
import { PageFrame, useCrumbs } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";
import { requestFinding } from "./request-view";
import { Decision } from "./decision";

export type ChangeRequest = Outputs["delivery"]["changeRequest"];

/** A change request: should I say yes? */
export function ChangeRequestPage({ number }: { number: string }) {
  const trpc = useTRPC();
  const request = useQuery(trpc.delivery.changeRequest.queryOptions({ changeRequest: number }));
  useLive(request.data ? `change-request:${request.data.id}` : null, trpc.delivery.changeRequest.queryKey({ changeRequest: number }));
  useLive(request.data?.deployment ? `deployment:${request.data.deployment.id}` : null, trpc.delivery.changeRequest.queryKey({ changeRequest: number }));
  useCrumbs({ label: "Approvals", href: "/approvals" }, { label: `CR-${number}` });
  return <PageFrame query={request}>{(data) => <RequestDetail request={data} />}</PageFrame>;
}

function RequestDetail({ request }: { request: ChangeRequest }) {
  const finding = requestFinding(request);
  return (
    <>
      <PageHeader
        title={request.title}
        status={<StatusBadge status={request.status} kind="change_request" />}
        meta={
          <>
            <span className="font-mono">{`CR-${request.number}`}</span>
            <span className="flex items-center gap-1">
              <Avatar size="sm" name={request.author.name} />
              {request.author.name} asked <Time at={request.createdAt} />
            </span>
            {request.version ? (
              <TextLink
                href={`/models/${request.version.modelName}/versions/${request.version.version}`}
              >{`${request.version.modelName} v${request.version.version}`}</TextLink>
            ) : null}
            {request.previousVersion ? (
              <span>
                replaces{" "}
                <TextLink
                  href={`/models/${request.previousVersion.modelName}/versions/${request.previousVersion.version}`}
                >{`v${request.previousVersion.version}`}</TextLink>
              </span>
            ) : (
              <span>first version in {request.environment.name}</span>
            )}
            {request.openedByRun ? (
              <TextLink href={`/projects/${request.project.slug}/runs/${request.openedByRun.number}`}>{`from run ${request.openedByRun.number}`}</TextLink>
            ) : null}
          </>
        }
        finding={<Finding tone={finding.tone}>{finding.text}</Finding>}
      />
      <StatStrip label="In short" items={summary(request)} />
      <div className="mt-4 grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_320px]">
        <div className="flex min-w-0 flex-col gap-4">
          <Card
            title={
              request.manifestAfter === null
                ? "The manifest goes away"
                : request.manifestBefore === null
                  ? "The manifest is new"
                  : "What changes in the manifest"
            }
            flush
          >
            <DiffView path={request.manifestPath} before={request.manifestBefore ?? ""} after={request.manifestAfter ?? ""} />
          </Card>
          <Gates request={request} />
          {request.metrics.length > 0 ? <Comparison request={request} /> : null}
          <Affected request={request} />
          <Discussion request={request} />
        </div>
        <aside className="flex flex-col gap-4">
          <Decision request={request} />
          <Card title="What happened, what follows">
            <EventTimeline
              label="What happened, what follows"
              events={[
                ...request.events
                  .filter((event) => event.kind !== "comment")
                  .map((event) => ({ id: String(event.seq), at: event.at, title: event.message || event.kind, by: event.actor.name, state: "done" as const })),
                ...request.next.map((step, index) => ({
                  id: `next-${index}`,
                  title: step.title,
                  detail: step.detail,
                  state: index === 0 ? ("current" as const) : ("todo" as const),
                })),
              ]}
            />
          </Card>
        </aside>
      </div>
    </>
  );
}

function summary(request: ChangeRequest) {
  const { gates } = request;
  return [
    {
      label: "Approvals",
      value: `${request.approvals} of ${request.approvalsRequired}`,
      detail: request.approvalList.map((entry) => entry.user.name).join(", ") || "nobody yet",
    },
    {
      label: "Gates",
      value: `${gates.passed} of ${gates.total} passed`,
      detail: gates.failed > 0 ? `${gates.failed} failed` : gates.warned > 0 ? `${gates.warned} warn` : "nothing blocks",
    },
    { label: request.previousVersion ? `Against v${request.previousVersion.version}` : "Against", value: bestMetric(request) },
    {
      label: "Affected",
      value: `${request.affected.length}`,
      detail:
        request.affected
          .map((thing) => thing.kind)
          .slice(0, 3)
          .join(", ") || "nothing yet",
    },
    { label: "Way back", value: request.previousVersion ? `To v${request.previousVersion.version}` : "Remove it", detail: "one click, one commit" },
  ];
}

function bestMetric(request: ChangeRequest): string {
  const [first] = request.metrics.filter((metric) => metric.direction !== "unknown");
  if (!first || first.after === null) return "nothing live before";
  if (first.before === null) return `${first.key} ${first.after.toFixed(4)}`;
  return `${first.key} ${first.before.toFixed(4)} → ${first.after.toFixed(4)}`;
}

function Gates({ request }: { request: ChangeRequest }) {
  const trpc = useTRPC();
  const toast = useToast();
  const queryClient = useQueryClient();
  const run = useMutation(
    trpc.delivery.runGates.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.delivery.changeRequest.pathKey() }),
      onError: (error) => toast.error(error.message),
    }),
  );
  return (
    <Card
      title="Gates"
      flush
      aside={
        request.gatesAt ? (
          <>
            ran <Time at={request.gatesAt} />
          </>
        ) : (
          "have not run"
        )
      }
      right={
        request.abilities.runGates ? (
          <Button size="sm" icon={RefreshCw} loading={run.isPending} onClick={() => run.mutate({ changeRequest: request.id })}>
            Run again
          </Button>
        ) : null
      }
    >
      <CheckList
        items={request.gateResults.map((gate) => ({
          id: gate.gate,
          state: gate.verdict,
          title: gate.title,
          detail: gate.evidence,
          ...(gate.href ? { href: gate.href } : {}),
        }))}
      />
    </Card>
  );
}

function Comparison({ request }: { request: ChangeRequest }) {
  const tones = { better: "ok", worse: "warn", same: "neutral", unknown: "neutral" } as const;
  return (
    <Card
      title={request.previousVersion ? `Version ${request.version?.version ?? ""} against ${request.previousVersion.version}` : "Metrics"}
      aside={request.comparison.sameData === true ? "on the same data" : request.comparison.sameData === false ? "on different data" : undefined}
      flush
    >
      <DataTable
        label="Metrics"
        rows={request.metrics}
        rowKey={(row) => row.key}
        csvName={`CR-${request.number}-metrics`}
        columns={[
          { id: "key", header: "Metric", mono: true, cell: (row) => row.key, csv: (row) => row.key },
          { id: "before", header: "Live", align: "right", cell: (row) => <NumberValue value={row.before} digits={4} />, csv: (row) => row.before },
          { id: "after", header: "Asked", align: "right", cell: (row) => <NumberValue value={row.after} digits={4} />, csv: (row) => row.after },
          { id: "change", header: "Change", align: "right", cell: (row) => <NumberValue value={row.change} digits={4} sign />, csv: (row) => row.change },
          {
            id: "verdict",
            header: "",
            cell: (row) => (row.verdict === "unknown" ? null : <Badge tone={tones[row.verdict]}>{row.verdict}</Badge>),
            csv: (row) => row.verdict,
          },
        ]}
      />
    </Card>
  );
}

function Affected({ request }: { request: ChangeRequest }) {
  return (
    <Card title={request.affected.length === 0 ? "Nothing depends on it yet" : `${request.affected.length} things are affected`} flush>
      {request.affected.length === 0 ? null : (
        <DataTable
          label="What is affected"
          rows={request.affected}
          rowKey={(row) => `${row.kind}:${row.name}`}
          csvName={`CR-${request.number}-affected`}
          columns={[
            { id: "name", header: "What", cell: (row) => (row.href ? <TextLink href={row.href}>{row.name}</TextLink> : row.name), csv: (row) => row.name },
            { id: "kind", header: "Kind", cell: (row) => row.kind, csv: (row) => row.kind },
            {
              id: "rate",
              header: "Requests/s",
              align: "right",
              cell: (row) => <NumberValue value={row.requestsPerSecond} digits={1} />,
              csv: (row) => row.requestsPerSecond,
            },
            { id: "detail", header: "What changes", cell: (row) => row.detail, csv: (row) => row.detail },
          ]}
        />
      )}
    </Card>
  );
}

function Discussion({ request }: { request: ChangeRequest }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [message, setMessage] = useState("");
  const comment = useMutation(
    trpc.delivery.comment.mutationOptions({
      onSuccess: async () => {
        setMessage("");
        await queryClient.invalidateQueries({ queryKey: trpc.delivery.changeRequest.pathKey() });
      },
    }),
  );
  const comments = request.events.filter((event) => event.kind === "comment");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    comment.mutate({ changeRequest: request.id, message });
  };
  return (
    <Card title="Discussion" aside={String(comments.length + (request.reason ? 1 : 0))}>
      <div className="flex flex-col gap-4">
        {request.reason ? <Comment author={request.author.name} at={request.createdAt} text={request.reason} /> : null}
        {comments.map((event) => (
          <Comment key={event.seq} author={event.actor.name} at={event.at} text={event.message} />
        ))}
        <form className="flex flex-col gap-2" onSubmit={submit}>
          <TextArea aria-label="Comment" rows={2} value={message} onValueChange={setMessage} placeholder="Write a comment" maxLength={5_000} />
          {comment.error ? <p className="text-sm text-fail-ink">{comment.error.message}</p> : null}
          <div>
            <Button type="submit" disabled={message.trim() === ""} loading={comment.isPending}>
              Comment
            </Button>
          </div>
        </form>
      </div>
    </Card>
  );
}

function Comment({ author, at, text }: { author: string; at: Date; text: string }) {
  return (
    <div className="flex gap-3">
      <Avatar name={author} />
      <div className="min-w-0">
        <p className="text-sm">
          <span className="font-medium">{author}</span>{" "}
          <span className="text-ink-3">
            <Time at={at} />
          </span>
        </p>
        <p className="text-sm whitespace-pre-wrap">{text}</p>
      </div>
    </div>
  );
}
