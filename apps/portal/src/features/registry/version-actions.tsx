"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, ConfirmDialog, Dialog, Field, Menu, Notice, Select, TextArea, TextInput, useNavigate, useToast } from "@trellis/ui";
import { Ellipsis, Rocket } from "lucide-react";
import { type FormEvent, useState } from "react";
import { type Outputs, useTRPC } from "@/live/trpc";
import { modelHref } from "./model-links";

type Version = Outputs["registry"]["version"];

/** Ask for a deployment; move an alias; archive. */
export function VersionActions({ version }: { version: Version }) {
  const trpc = useTRPC();
  const toast = useToast();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<"deploy" | "alias" | "delete" | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.registry.pathKey() });
  const archive = useMutation(trpc.registry.archiveVersion.mutationOptions({ onSuccess: refresh, onError: (error) => toast.error(error.message) }));
  const remove = useMutation(trpc.registry.deleteVersion.mutationOptions());
  const navigate = useNavigate();
  if (!version.abilities.write) return null;
  const archived = version.status === "archived";
  return (
    <>
      <Menu
        label="More"
        align="end"
        trigger={<Button icon={Ellipsis} aria-label="More actions" />}
        items={[
          { label: "Set an alias", onSelect: () => setOpen("alias") },
          archived
            ? { label: "Bring back", onSelect: () => archive.mutate({ versionId: version.id, archived: false }) }
            : { label: "Archive", onSelect: () => archive.mutate({ versionId: version.id, archived: true }) },
          { label: "Delete", danger: true, onSelect: () => setOpen("delete") },
        ]}
      />
      <Button variant="primary" icon={Rocket} disabled={archived} onClick={() => setOpen("deploy")}>
        Deploy
      </Button>
      {open === "deploy" ? <DeployDialog version={version} onClose={() => setOpen(null)} /> : null}
      <ConfirmDialog
        open={open === "delete"}
        onOpenChange={(isOpen) => setOpen(isOpen ? "delete" : null)}
        title={`Delete ${version.model.name} version ${version.version}?`}
        description="Its aliases vanish and its number is not given again. A version that is deployed is kept."
        confirmLabel={`Delete version ${version.version}`}
        danger
        onConfirm={async () => {
          await remove.mutateAsync({ model: version.model.name, version: version.version });
          await refresh();
          navigate(modelHref(version.model.name));
        }}
      />
      {open === "alias" ? <AliasDialog version={version} onClose={() => setOpen(null)} onDone={refresh} /> : null}
    </>
  );
}

function DeployDialog({ version, onClose }: { version: Version; onClose(): void }) {
  const trpc = useTRPC();
  const navigate = useNavigate();
  const environments = useQuery(trpc.delivery.environments.queryOptions());
  const [environment, setEnvironment] = useState("production");
  const [reason, setReason] = useState("");
  const request = useMutation(trpc.delivery.request.mutationOptions({ onSuccess: ({ number }) => navigate(`/approvals/${number}`) }));
  const chosen = environments.data?.find((candidate) => candidate.name === environment);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    request.mutate({ versionId: version.id, environment, reason });
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title={`Deploy ${version.model.name} version ${version.version}`}
      description="Opens a change request with the exact change and the evidence."
    >
      <form className="flex flex-col gap-4" onSubmit={submit}>
        {request.error ? <Notice tone="fail">{request.error.message}</Notice> : null}
        <Field
          label="Environment"
          help={
            chosen
              ? chosen.approvalsRequired > 0
                ? `Needs ${chosen.approvalsRequired === 1 ? "an approval by someone else" : `${chosen.approvalsRequired} approvals by others`}.`
                : "Goes live without an approval when no gate fails."
              : undefined
          }
        >
          <Select options={(environments.data ?? []).map(({ name }) => ({ value: name, label: name }))} value={environment} onValueChange={setEnvironment} />
        </Field>
        <Field label="Reason" help="What the approver should know.">
          <TextArea rows={3} value={reason} maxLength={2_000} onValueChange={setReason} />
        </Field>
        <Button type="submit" variant="primary" icon={Rocket} loading={request.isPending}>
          {`Deploy to ${environment}`}
        </Button>
      </form>
    </Dialog>
  );
}

function AliasDialog({ version, onClose, onDone }: { version: Version; onClose(): void; onDone(): Promise<void> }) {
  const trpc = useTRPC();
  const [alias, setAlias] = useState("challenger");
  const set = useMutation(
    trpc.registry.setAlias.mutationOptions({
      onSuccess: async () => {
        await onDone();
        onClose();
      },
    }),
  );
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title="Set an alias"
      description={`Points the alias at version ${version.version}. Where it pointed before stays in the history.`}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          set.mutate({ modelId: version.model.id, alias, version: version.version });
        }}
      >
        {set.error ? <Notice tone="fail">{set.error.message}</Notice> : null}
        <Field label="Alias">
          <TextInput mono value={alias} onValueChange={setAlias} required />
        </Field>
        <Button type="submit" variant="primary" loading={set.isPending}>
          Set alias
        </Button>
      </form>
    </Dialog>
  );
}
