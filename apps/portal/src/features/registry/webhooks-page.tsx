"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import {
  Badge,
  Button,
  Card,
  Checkbox,
  ConfirmDialog,
  Dialog,
  EmptyState,
  Field,
  Menu,
  Notice,
  PageHeader,
  StatusBadge,
  TextInput,
  Time,
  useToast,
} from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { Ellipsis, Plus, Webhook as WebhookIcon } from "lucide-react";
import { type FormEvent, useState } from "react";
import { PageFrame, useCrumbs } from "@/features/shell";
import { useLive } from "@/live/live-topics";
import { type Outputs, useTRPC } from "@/live/trpc";

type Webhook = Outputs["registry"]["webhooks"]["items"][number];

/** What a webhook can ask to hear, in words. */
const EVENTS = [
  { name: "registered_model.created", label: "A model is made" },
  { name: "model_version.created", label: "A version is registered" },
  { name: "model_version_alias.created", label: "An alias is set" },
  { name: "model_version_alias.deleted", label: "An alias is taken away" },
  { name: "model_version_tag.set", label: "A tag of a version is set" },
  { name: "model_version_tag.deleted", label: "A tag of a version is taken away" },
] as const;
type EventName = (typeof EVENTS)[number]["name"];

/** Who is told of what happens in the registry, and how telling went. */
export function WebhooksPage() {
  useCrumbs({ label: "Settings" }, { label: "Webhooks" });
  const trpc = useTRPC();
  const toast = useToast();
  const queryClient = useQueryClient();
  const webhooks = useQuery(trpc.registry.webhooks.queryOptions({}));
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<Webhook | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.registry.pathKey() });
  const test = useMutation(
    trpc.registry.testWebhook.mutationOptions({
      onSuccess: (result) => (result.success ? toast.success(`It answered with status ${result.responseStatus ?? ""}.`) : toast.error(result.error)),
      onError: (error) => toast.error(error.message),
    }),
  );
  const update = useMutation(trpc.registry.updateWebhook.mutationOptions({ onSuccess: refresh, onError: (error) => toast.error(error.message) }));
  const remove = useMutation(trpc.registry.deleteWebhook.mutationOptions({ onSuccess: refresh }));
  const chosen = webhooks.data?.items.find((webhook) => webhook.id === (shown ?? webhooks.data?.items[0]?.id));
  return (
    <>
      <PageHeader
        title="Webhooks"
        meta="A webhook is told of what happens to models that its owner may see."
        actions={
          <Button variant="primary" icon={Plus} onClick={() => setCreating(true)}>
            New webhook
          </Button>
        }
      />
      <Card flush>
        <PageFrame query={webhooks}>
          {({ items }) => (
            <DataTable
              label="Webhooks"
              rows={items}
              rowKey={(row) => row.id}
              empty={
                <EmptyState icon={WebhookIcon} title="No webhooks" action={<Button onClick={() => setCreating(true)}>New webhook</Button>}>
                  Make one to have a program told when a version is registered or an alias moves.
                </EmptyState>
              }
              columns={[
                { id: "name", header: "Name", cell: (row) => <span className="whitespace-nowrap">{row.name}</span> },
                {
                  id: "status",
                  header: "Status",
                  cell: (row) => (
                    <StatusBadge
                      variant="text"
                      status={row.status === "ACTIVE" ? "online" : "stopped"}
                      label={row.status === "ACTIVE" ? "Active" : "Disabled"}
                    />
                  ),
                },
                { id: "url", header: "Address", mono: true, cell: (row) => <span className="wrap-anywhere">{row.url}</span> },
                { id: "events", header: "Events", hideBelow: "lg", cell: (row) => row.events.join(", ") },
                { id: "signed", header: "Signed", hideBelow: "md", cell: (row) => (row.isSigned ? <Badge tone="ok">Yes</Badge> : "No") },
                {
                  id: "actions",
                  header: "",
                  align: "right",
                  cell: (row) => (
                    <Menu
                      label={`Actions of ${row.name}`}
                      align="end"
                      trigger={<Button size="sm" variant="ghost" icon={Ellipsis} aria-label={`Actions of ${row.name}`} />}
                      items={[
                        { label: "Show deliveries", onSelect: () => setShown(row.id) },
                        { label: "Send an example", onSelect: () => test.mutate({ id: row.id }) },
                        row.status === "ACTIVE"
                          ? { label: "Disable", onSelect: () => update.mutate({ id: row.id, status: "DISABLED" }) }
                          : { label: "Activate", onSelect: () => update.mutate({ id: row.id, status: "ACTIVE" }) },
                        { label: "Delete", danger: true, onSelect: () => setDeleting(row) },
                      ]}
                    />
                  ),
                },
              ]}
            />
          )}
        </PageFrame>
      </Card>
      {chosen ? <Deliveries webhook={chosen} /> : null}
      {creating ? <NewWebhookDialog onClose={() => setCreating(false)} onCreated={refresh} /> : null}
      <ConfirmDialog
        open={deleting !== null}
        onOpenChange={(open) => (open ? undefined : setDeleting(null))}
        title={`Delete ${deleting?.name ?? ""}`}
        description="It is told of nothing any more. What it was sent is forgotten."
        confirmLabel="Delete webhook"
        danger
        onConfirm={async () => {
          if (deleting) await remove.mutateAsync({ id: deleting.id });
        }}
      />
    </>
  );
}

function Deliveries({ webhook }: { webhook: Webhook }) {
  const trpc = useTRPC();
  const deliveries = useQuery(trpc.registry.webhookDeliveries.queryOptions({ id: webhook.id }));
  useLive(`webhook:${webhook.id}`, trpc.registry.webhookDeliveries.queryKey({ id: webhook.id }));
  return (
    <Card title={`What ${webhook.name} was sent`} flush className="mt-4">
      <PageFrame query={deliveries}>
        {({ items }) => (
          <DataTable
            label="Deliveries"
            rows={items}
            rowKey={(row) => row.id}
            empty={
              <EmptyState icon={WebhookIcon} title="Nothing yet" compact>
                It is told when one of its events happens.
              </EmptyState>
            }
            columns={[
              {
                id: "status",
                header: "Status",
                cell: (row) => (
                  <StatusBadge
                    variant="text"
                    status={row.status === "delivered" ? "succeeded" : row.status === "failed" ? "failed" : "queued"}
                    label={row.status === "delivered" ? "Delivered" : row.status === "failed" ? "Failed" : "Waiting"}
                  />
                ),
              },
              { id: "event", header: "Event", mono: true, cell: (row) => row.event },
              { id: "at", header: "Happened", cell: (row) => <Time at={row.createdAt} /> },
              { id: "attempts", header: "Tries", align: "right", cell: (row) => row.attempts },
              { id: "answer", header: "Answer", hideBelow: "md", cell: (row) => row.error || (row.responseStatus ?? "") },
            ]}
          />
        )}
      </PageFrame>
    </Card>
  );
}

function NewWebhookDialog({ onClose, onCreated }: { onClose(): void; onCreated(): Promise<void> }) {
  const trpc = useTRPC();
  const [events, setEvents] = useState<ReadonlySet<EventName>>(new Set(["model_version.created"]));
  const create = useMutation(
    trpc.registry.createWebhook.mutationOptions({
      onSuccess: async () => {
        await onCreated();
        onClose();
      },
    }),
  );
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const secret = String(form.get("secret"));
    create.mutate({ name: String(form.get("name")), url: String(form.get("url")), events: [...events], ...(secret ? { secret } : {}) });
  };
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())} title="New webhook" description="Gets a POST with JSON when something happens.">
      <form className="flex flex-col gap-4" onSubmit={submit}>
        {create.error ? <Notice tone="fail">{create.error.message}</Notice> : null}
        <Field label="Name" help="Letters, digits, dots, underscores and hyphens." required>
          <TextInput name="name" required maxLength={63} autoFocus />
        </Field>
        <Field label="Address" help="Begins with https:// and is public, unless this portal allows others." required>
          <TextInput name="url" mono required maxLength={2_000} placeholder="https://ci.example.org/hook" />
        </Field>
        <Field label="Secret" help="Signs what is sent (X-MLflow-Signature). It is not shown again.">
          <TextInput name="secret" type="password" autoComplete="off" maxLength={1_000} />
        </Field>
        <fieldset className="m-0 flex flex-col gap-2 border-0 p-0">
          <legend className="mb-1 p-0 text-sm font-medium">Events</legend>
          {EVENTS.map(({ name, label }) => (
            <Checkbox
              key={name}
              label={label}
              checked={events.has(name)}
              onCheckedChange={(checked) => setEvents(new Set(checked ? [...events, name] : [...events].filter((other) => other !== name)))}
            />
          ))}
        </fieldset>
        <Button type="submit" variant="primary" disabled={events.size === 0} loading={create.isPending}>
          Create webhook
        </Button>
      </form>
    </Dialog>
  );
}
