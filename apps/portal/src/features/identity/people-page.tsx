"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import {
  Avatar,
  Button,
  Card,
  CodeBlock,
  ConfirmDialog,
  Dialog,
  EmptyState,
  Field,
  Menu,
  Notice,
  Select,
  StatusBadge,
  TextInput,
  Time,
  useToast,
} from "@trellis/ui";
import { type Column, DataTable } from "@trellis/ui/table";
import { Ellipsis, UserPlus, Users } from "lucide-react";
import { type FormEvent, useState } from "react";
import { PageFrame, useCrumbs, usePerson } from "@/features/shell";
import { type Outputs, useTRPC } from "@/live/trpc";
import { ROLE_OPTIONS, type RoleValue } from "./role-name";

type Row = Outputs["identity"]["users"]["items"][number];

/** People of the portal: invite, change roles, close accounts. */
export function PeoplePage() {
  useCrumbs({ label: "Platform", href: "/platform" }, { label: "People" });
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const me = usePerson();
  const users = useQuery(trpc.identity.users.queryOptions({}));
  const [inviting, setInviting] = useState(false);
  const [closing, setClosing] = useState<Row | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.identity.pathKey() });
  const changeRole = useMutation(trpc.identity.changeRole.mutationOptions({ onSuccess: refresh, onError: (error) => toast.error(error.message) }));
  const disable = useMutation(trpc.identity.disable.mutationOptions({ onSuccess: refresh, onError: (error) => toast.error(error.message) }));
  const manages = me.atLeast("admin");
  const columns: Column<Row>[] = [
    {
      id: "name",
      header: "Name",
      sort: (row) => row.name,
      cell: (row) => (
        <span className="flex items-center gap-2">
          <Avatar name={row.name} size="sm" />
          {row.name}
        </span>
      ),
    },
    { id: "email", header: "E-mail", cell: (row) => row.email, hideBelow: "md" },
    {
      id: "role",
      header: "Role",
      width: 180,
      cell: (row) =>
        manages && row.id !== me.id ? (
          <Select<RoleValue>
            size="sm"
            label={`Role of ${row.name}`}
            options={[...ROLE_OPTIONS]}
            value={row.role as RoleValue}
            onValueChange={(role) => changeRole.mutate({ userId: row.id, role })}
          />
        ) : (
          (ROLE_OPTIONS.find((option) => option.value === row.role)?.label ?? row.role)
        ),
    },
    {
      id: "state",
      header: "Account",
      cell: (row) => <StatusBadge variant="text" status={row.disabledAt ? "suspended" : "online"} label={row.disabledAt ? "Disabled" : "Active"} />,
    },
    { id: "since", header: "Since", cell: (row) => <Time at={row.createdAt} />, hideBelow: "md" },
    {
      id: "more",
      header: "",
      align: "right",
      cell: (row) =>
        manages && row.id !== me.id ? (
          <Menu
            label={`Actions for ${row.name}`}
            trigger={<Button variant="ghost" size="sm" icon={Ellipsis} aria-label={`Actions for ${row.name}`} />}
            items={[
              row.disabledAt
                ? { label: "Enable account", onSelect: () => disable.mutate({ userId: row.id, disabled: false }) }
                : { label: "Disable account", danger: true, onSelect: () => setClosing(row) },
            ]}
          />
        ) : null,
    },
  ];
  return (
    <div className="flex flex-col gap-4">
      <Card
        title="People"
        flush
        right={
          manages ? (
            <Button size="sm" icon={UserPlus} onClick={() => setInviting(true)}>
              Invite
            </Button>
          ) : null
        }
      >
        <PageFrame query={users}>
          {(data) => (
            <DataTable
              label="People"
              rows={data.items}
              columns={columns}
              rowKey={(row) => row.id}
              empty={<EmptyState icon={Users} title="Nobody is here yet" />}
            />
          )}
        </PageFrame>
      </Card>
      {manages ? <Invitations onChanged={refresh} /> : null}
      {inviting ? <InviteDialog onClose={() => setInviting(false)} onInvited={refresh} /> : null}
      <ConfirmDialog
        open={closing !== null}
        onOpenChange={(open) => (open ? undefined : setClosing(null))}
        title={`Disable ${closing?.name ?? ""}`}
        description="They are signed out at once and their access tokens stop working. What they made stays."
        confirmLabel="Disable account"
        danger
        onConfirm={async () => {
          if (closing) await disable.mutateAsync({ userId: closing.id, disabled: true });
        }}
      />
    </div>
  );
}

function Invitations({ onChanged }: { onChanged(): Promise<void> }) {
  const trpc = useTRPC();
  const toast = useToast();
  const invitations = useQuery(trpc.identity.invitations.queryOptions());
  const revoke = useMutation(trpc.identity.revokeInvitation.mutationOptions({ onSuccess: onChanged, onError: (error) => toast.error(error.message) }));
  if (!invitations.data || invitations.data.length === 0) return null;
  return (
    <Card title="Open invitations" flush>
      <DataTable
        label="Open invitations"
        rows={invitations.data}
        rowKey={(row) => row.id}
        columns={[
          { id: "email", header: "E-mail", cell: (row) => row.email },
          { id: "role", header: "Role", cell: (row) => ROLE_OPTIONS.find((option) => option.value === row.role)?.label ?? row.role },
          { id: "expires", header: "Expires", cell: (row) => <Time at={row.expiresAt} /> },
          {
            id: "revoke",
            header: "",
            align: "right",
            cell: (row) => (
              <Button size="sm" variant="ghost" onClick={() => revoke.mutate({ id: row.id })}>
                Revoke
              </Button>
            ),
          },
        ]}
      />
    </Card>
  );
}

function InviteDialog({ onClose, onInvited }: { onClose(): void; onInvited(): Promise<void> }) {
  const trpc = useTRPC();
  const [role, setRole] = useState<RoleValue>("data_scientist");
  const invite = useMutation(trpc.identity.invite.mutationOptions({ onSuccess: onInvited }));
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    invite.mutate({ email: String(new FormData(event.currentTarget).get("email")), role });
  };
  const link = invite.data ? `${window.location.origin}/invite/${invite.data.token}` : null;
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title="Invite a person"
      description={link ? "Send this link to them. It is shown once and works for 7 days." : "They choose their own password by a link that you send them."}
    >
      {link ? (
        <div className="flex flex-col gap-4">
          <CodeBlock code={link} wrap />
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        </div>
      ) : (
        <form className="flex flex-col gap-4" onSubmit={submit}>
          {invite.error ? <Notice tone="fail">{invite.error.message}</Notice> : null}
          <Field label="E-mail" required>
            <TextInput name="email" type="email" required autoFocus />
          </Field>
          <Field label="Role">
            <Select<RoleValue> options={[...ROLE_OPTIONS]} value={role} onValueChange={setRole} />
          </Field>
          <Button type="submit" variant="primary" loading={invite.isPending}>
            Create invitation link
          </Button>
        </form>
      )}
    </Dialog>
  );
}
