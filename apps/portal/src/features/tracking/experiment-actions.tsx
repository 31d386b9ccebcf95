"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Combobox, ConfirmDialog, Dialog, Field, Menu, Notice, TextInput, useNavigate, useToast } from "@trellis/ui";
import { Ellipsis, Undo2 } from "lucide-react";
import { useCallback, useState } from "react";
import { type Outputs, useTRPC } from "@/live/trpc";

type Experiment = Outputs["tracking"]["experiment"];

/** Rename, move to another project, delete and restore. */
export function ExperimentActions({ experiment }: { experiment: Experiment }) {
  const trpc = useTRPC();
  const toast = useToast();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<"rename" | "move" | "delete" | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.tracking.pathKey() });
  const restore = useMutation(trpc.tracking.restoreExperiment.mutationOptions({ onSuccess: refresh, onError: (error) => toast.error(error.message) }));
  const remove = useMutation(trpc.tracking.deleteExperiment.mutationOptions({ onSuccess: refresh }));
  if (!experiment.abilities.write) return null;
  const experimentId = experiment.id;
  if (experiment.deletedAt)
    return (
      <Button icon={Undo2} loading={restore.isPending} onClick={() => restore.mutate({ experimentId })}>
        Restore
      </Button>
    );
  const close = (): void => setOpen(null);
  return (
    <>
      <Menu
        label="More"
        trigger={<Button icon={Ellipsis} aria-label="More actions" />}
        items={[
          { label: "Rename", onSelect: () => setOpen("rename") },
          { label: "Move to another project", onSelect: () => setOpen("move") },
          { separator: true },
          { label: "Delete", danger: true, onSelect: () => setOpen("delete") },
        ]}
      />
      {open === "rename" ? <RenameDialog experiment={experiment} onClose={close} onDone={refresh} /> : null}
      {open === "move" ? <MoveDialog experiment={experiment} onClose={close} onDone={refresh} /> : null}
      <ConfirmDialog
        open={open === "delete"}
        onOpenChange={(isOpen) => setOpen(isOpen ? "delete" : null)}
        title={`Delete ${experiment.name}`}
        description={`Its ${experiment.runs === 1 ? "run goes" : `${experiment.runs.toLocaleString("en")} runs go`} with it. All of it can be restored until retention removes it with its files.`}
        confirmLabel="Delete experiment"
        danger
        onConfirm={async () => {
          await remove.mutateAsync({ experimentId });
          navigate("/experiments");
        }}
      />
    </>
  );
}

type DialogProps = { experiment: Experiment; onClose(): void; onDone(): Promise<void> };

function RenameDialog({ experiment, onClose, onDone }: DialogProps) {
  const trpc = useTRPC();
  const [name, setName] = useState(experiment.name);
  const rename = useMutation(
    trpc.tracking.renameExperiment.mutationOptions({
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
      title={`Rename ${experiment.name}`}
      description="Clients that look it up by its name must use the new one."
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate({ experimentId: experiment.id, name });
        }}
      >
        {rename.error ? <Notice tone="fail">{rename.error.message}</Notice> : null}
        <Field label="Name">
          <TextInput value={name} onValueChange={setName} maxLength={500} required />
        </Field>
        <Button type="submit" variant="primary" loading={rename.isPending} disabled={name.trim() === "" || name === experiment.name}>
          Rename
        </Button>
      </form>
    </Dialog>
  );
}

type Project = { id: string; slug: string; title: string };

function MoveDialog({ experiment, onClose, onDone }: DialogProps) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [project, setProject] = useState<Project | null>(null);
  const load = useCallback(
    async (search: string): Promise<Project[]> => {
      const { items } = await queryClient.fetchQuery(trpc.catalog.list.queryOptions({ mine: true, limit: 20, ...(search ? { search } : {}) }));
      return items.filter((item) => item.id !== experiment.project.id);
    },
    [queryClient, trpc, experiment.project.id],
  );
  const move = useMutation(
    trpc.tracking.moveExperiment.mutationOptions({
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
      title={`Move ${experiment.name}`}
      description="Who may see and change its runs is then decided by the other project. Its id stays, so links and clients go on working."
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (project) move.mutate({ experimentId: experiment.id, project: project.slug });
        }}
      >
        {move.error ? <Notice tone="fail">{move.error.message}</Notice> : null}
        <Field label="To project" help="One that you are a member of.">
          <Combobox
            value={project}
            onValueChange={setProject}
            load={load}
            itemKey={(item) => item.id}
            itemLabel={(item) => item.slug}
            placeholder="Find a project"
          />
        </Field>
        <Button type="submit" variant="primary" loading={move.isPending} disabled={!project}>
          {project ? `Move to ${project.slug}` : "Move"}
        </Button>
      </form>
    </Dialog>
  );
}
