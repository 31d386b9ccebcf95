"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Badge, Button, Card, CodeBlock, CopyButton, Dialog, Notice, StatusBadge, TextLink, Time, useToast } from "@trellis/ui";
import { CalendarClock, Database, GitCommitVertical, KeyRound, Pause, Play, Webhook, Workflow } from "lucide-react";
import { useState } from "react";
import { PageFrame, useOrigin } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";
import { triggerSentence } from "./trigger-words";

type Trigger = Outputs["pipelines"]["triggers"][number];
type Project = { id: string; slug: string; abilities: { write: boolean } };

const ICONS: Record<string, typeof Webhook> = { schedule: CalendarClock, push: GitCommitVertical, data: Database, pipeline: Workflow, webhook: Webhook };

/** What starts runs of a project's pipelines, when next, and what came of the last firings. */
export function TriggersCard({ project }: { project: Project }) {
  const trpc = useTRPC();
  const triggers = useQuery(trpc.pipelines.triggers.queryOptions({ project: project.slug }));
  useLive(`project:${project.id}`, trpc.pipelines.triggers.pathKey());
  if (triggers.data?.length === 0) return null;
  return (
    <Card title="Starts by itself" flush>
      <PageFrame query={triggers}>
        {(rows) => (
          <ul className="divide-y divide-line">
            {rows.map((trigger) => (
              <TriggerRow key={trigger.id} trigger={trigger} project={project} />
            ))}
          </ul>
        )}
      </PageFrame>
    </Card>
  );
}

function TriggerRow({ trigger, project }: { trigger: Trigger; project: Project }) {
  const trpc = useTRPC();
  const toast = useToast();
  const client = useQueryClient();
  const settled = {
    onSuccess: () => client.invalidateQueries({ queryKey: trpc.pipelines.triggers.pathKey() }),
    onError: (error: { message: string }) => toast.error(error.message),
  };
  const pause = useMutation(trpc.pipelines.pauseTrigger.mutationOptions(settled));
  const resume = useMutation(trpc.pipelines.resumeTrigger.mutationOptions(settled));
  const [showing, setShowing] = useState(false);
  const Icon = ICONS[trigger.kind] ?? Workflow;
  const [last] = trigger.fires;
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-2 px-4 py-3">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-ink-3" />
      <div className="min-w-52 flex-1">
        <p>
          <span className="font-medium">{trigger.pipelineName}</span> {triggerSentence(trigger.spec)}
        </p>
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-ink-2">
          {trigger.pausedAt ? <Badge tone="warn">{`Paused by ${trigger.pausedByName ?? "somebody"}`}</Badge> : null}
          {trigger.nextFireAt ? (
            <span>
              next <Time at={trigger.nextFireAt} />
            </span>
          ) : null}
          {trigger.kind === "webhook" && !trigger.hasSecret ? <span>Takes no messages until it has a secret.</span> : null}
          {last ? <LastFire fire={last} slug={project.slug} /> : null}
        </p>
        {last?.message ? (
          <Notice tone="fail" title="No run could be started">
            {last.message}
          </Notice>
        ) : null}
      </div>
      {project.abilities.write ? (
        <span className="flex gap-2">
          {trigger.kind === "webhook" ? (
            <Button size="sm" icon={KeyRound} onClick={() => setShowing(true)}>
              Address and secret
            </Button>
          ) : null}
          {trigger.pausedAt ? (
            <Button size="sm" icon={Play} loading={resume.isPending} onClick={() => resume.mutate({ triggerId: trigger.id })}>
              Resume
            </Button>
          ) : (
            <Button size="sm" icon={Pause} loading={pause.isPending} onClick={() => pause.mutate({ triggerId: trigger.id })}>
              Pause
            </Button>
          )}
        </span>
      ) : null}
      {showing ? <SecretDialog trigger={trigger} onClose={() => setShowing(false)} /> : null}
    </li>
  );
}

function LastFire({ fire, slug }: { fire: Trigger["fires"][number]; slug: string }) {
  return (
    <span className="inline-flex items-center gap-1">
      last <Time at={fire.at} />
      {fire.runNumber !== null ? (
        <>
          {fire.runStatus ? <StatusBadge variant="icon" kind="run" status={fire.runStatus as "succeeded"} /> : null}
          <TextLink href={`/projects/${slug}/runs/${fire.runNumber}`}>{`Run ${fire.runNumber}`}</TextLink>
        </>
      ) : null}
    </span>
  );
}

/** The address, and a secret that is told once. */
function SecretDialog({ trigger, onClose }: { trigger: Trigger; onClose(): void }) {
  const trpc = useTRPC();
  const origin = useOrigin();
  const make = useMutation(trpc.pipelines.makeWebhookSecret.mutationOptions());
  const address = `${origin}/api/v1/hooks/${trigger.id}`;
  const secret = make.data?.secret;
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title="Webhook"
      description={`A signed message to this address starts a run of ${trigger.pipelineName}.`}
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          {secret ? null : (
            <Button variant="primary" icon={KeyRound} loading={make.isPending} onClick={() => make.mutate({ triggerId: trigger.id })}>
              {trigger.hasSecret ? "Make a new secret" : "Make a secret"}
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {make.error ? <Notice tone="fail">{make.error.message}</Notice> : null}
        <p className="flex items-center gap-2 font-mono text-xs break-all">
          {address} <CopyButton value={address} text="Copy address" />
        </p>
        {secret ? (
          <Notice tone="warn" title="Copy the secret now; it is not shown again">
            <span className="flex flex-wrap items-center gap-2 font-mono text-xs break-all">
              {secret} <CopyButton value={secret} text="Copy secret" />
            </span>
          </Notice>
        ) : trigger.hasSecret ? (
          <p className="text-sm text-ink-2">A new secret makes the one in use void at once.</p>
        ) : null}
        <CodeBlock
          title="How to send a message"
          language="bash"
          code={`body='{"parameters": {}}'; delivery=$(uuidgen)
signature=sha256=$(printf '%s.%s' "$delivery" "$body" | openssl dgst -sha256 -hmac "$SECRET" | sed 's/.* //')
curl -X POST ${address} \\
  -H "X-Trellis-Delivery: $delivery" -H "X-Trellis-Signature: $signature" -d "$body"`}
        />
      </div>
    </Dialog>
  );
}
