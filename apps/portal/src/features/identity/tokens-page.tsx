"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Card, CodeBlock, ConfirmDialog, Dialog, EmptyState, Field, Notice, NumberInput, PageHeader, TextInput, Time } from "@trellis/ui";
import { DataTable } from "@trellis/ui/table";
import { KeyRound, Plus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { PageFrame, useCrumbs } from "@/features/shell";
import { useTRPC } from "@/live/trpc";

/** The person's access tokens: for git, the command line and programs. */
export function TokensPage() {
  useCrumbs({ label: "Settings" }, { label: "Access tokens" });
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const tokens = useQuery(trpc.identity.tokens.queryOptions());
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<{ id: string; name: string } | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.identity.tokens.queryKey() });
  const revoke = useMutation(trpc.identity.revokeToken.mutationOptions({ onSuccess: refresh }));
  return (
    <>
      <PageHeader
        title="Access tokens"
        meta="For git over HTTP, the trellis command, MLflow clients and your own programs. They can do what you can do."
        actions={
          <Button variant="primary" icon={Plus} onClick={() => setCreating(true)}>
            New token
          </Button>
        }
      />
      <Card flush>
        <PageFrame query={tokens}>
          {(rows) => (
            <DataTable
              label="Access tokens"
              rows={rows}
              rowKey={(row) => row.id}
              empty={
                <EmptyState icon={KeyRound} title="You have no tokens" action={<Button onClick={() => setCreating(true)}>New token</Button>}>
                  Make one to clone a project or to use the trellis command.
                </EmptyState>
              }
              columns={[
                { id: "name", header: "Name", cell: (row) => row.name },
                { id: "start", header: "Begins with", mono: true, cell: (row) => `${row.start ?? ""}…` },
                { id: "used", header: "Last used", cell: (row) => (row.lastRequest ? <Time at={row.lastRequest} /> : "Never") },
                { id: "expires", header: "Expires", cell: (row) => (row.expiresAt ? <Time at={row.expiresAt} /> : "Never") },
                {
                  id: "revoke",
                  header: "",
                  align: "right",
                  cell: (row) => (
                    <Button size="sm" variant="ghost" onClick={() => setRevoking({ id: row.id, name: row.name ?? "" })}>
                      Revoke
                    </Button>
                  ),
                },
              ]}
            />
          )}
        </PageFrame>
      </Card>
      {creating ? <NewTokenDialog onClose={() => setCreating(false)} onCreated={refresh} /> : null}
      <ConfirmDialog
        open={revoking !== null}
        onOpenChange={(open) => (open ? undefined : setRevoking(null))}
        title={`Revoke ${revoking?.name ?? ""}`}
        description="Whatever uses it stops working at once. This cannot be undone."
        confirmLabel="Revoke token"
        danger
        onConfirm={async () => {
          if (revoking) await revoke.mutateAsync({ id: revoking.id });
        }}
      />
    </>
  );
}

function NewTokenDialog({ onClose, onCreated }: { onClose(): void; onCreated(): Promise<void> }) {
  const trpc = useTRPC();
  const [days, setDays] = useState<number | null>(90);
  const create = useMutation(trpc.identity.createToken.mutationOptions({ onSuccess: onCreated }));
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    create.mutate({ name: String(new FormData(event.currentTarget).get("name")), expiresInDays: days ?? 90 });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title="New access token"
      description={create.data ? "Copy it now: it is not shown again." : undefined}
    >
      {create.data ? (
        <div className="flex flex-col gap-4">
          <CodeBlock code={create.data.token} wrap />
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        </div>
      ) : (
        <form className="flex flex-col gap-4" onSubmit={submit}>
          {create.error ? <Notice tone="fail">{create.error.message}</Notice> : null}
          <Field label="Name" help="What will use it, e.g. laptop or nightly job." required>
            <TextInput name="name" required maxLength={32} autoFocus />
          </Field>
          <Field label="Works for">
            <NumberInput value={days} onValueChange={setDays} min={1} max={365} unit="days" />
          </Field>
          <Button type="submit" variant="primary" loading={create.isPending}>
            Create token
          </Button>
        </form>
      )}
    </Dialog>
  );
}
