"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Dialog, Field, Notice, TextInput, useNavigate, useToast } from "@trellis/ui";
import { GitCompareArrows, Tag, Trash2, Undo2, X } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "@/live/trpc";
import { compareHref } from "./run-links";

const MAX_COMPARED = 50;

type Props = { selected: string[]; deleted: boolean; mayWrite: boolean; onDone(): void };
type Changed = { changed: string[]; refused: { runId: string; message: string }[] };

/** What can be done with the chosen runs. */
export function BulkActions({ selected, deleted, mayWrite, onDone }: Props) {
  const trpc = useTRPC();
  const toast = useToast();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [tagging, setTagging] = useState(false);
  const count = selected.length === 1 ? "1 run" : `${selected.length} runs`;
  const finished = async (verb: string, { changed, refused }: Changed, undo?: () => void): Promise<void> => {
    await queryClient.invalidateQueries({ queryKey: trpc.tracking.pathKey() });
    const words = `${changed.length === 1 ? "1 run" : `${changed.length} runs`} ${verb}`;
    if (refused.length > 0)
      toast.error(`${words}, ${refused.length} not`, { description: refused[0]?.message, ...(undo ? { action: { label: "Undo", onSelect: undo } } : {}) });
    else if (undo) toast.undo(words, undo);
    else toast.success(words);
    onDone();
  };
  const restore = useMutation(
    trpc.tracking.restoreRuns.mutationOptions({ onSuccess: (result) => finished("restored", result), onError: (error) => toast.error(error.message) }),
  );
  const remove = useMutation(
    trpc.tracking.deleteRuns.mutationOptions({
      onSuccess: (result) => finished("deleted", result, () => restore.mutate({ runIds: result.changed })),
      onError: (error) => toast.error(error.message),
    }),
  );
  return (
    <div role="toolbar" aria-label="With the chosen runs" className="flex flex-wrap items-center gap-2 border-b border-line bg-accent-soft px-3 py-2">
      <span className="text-sm font-medium text-accent-ink">{`${count} chosen`}</span>
      <Button
        size="sm"
        icon={GitCompareArrows}
        disabled={selected.length < 2 || selected.length > MAX_COMPARED}
        title={selected.length > MAX_COMPARED ? `At most ${MAX_COMPARED} runs can be compared.` : undefined}
        onClick={() => navigate(compareHref(selected))}
      >
        Compare
      </Button>
      {mayWrite ? (
        <>
          <Button size="sm" icon={Tag} onClick={() => setTagging(true)}>
            Tag
          </Button>
          {deleted ? (
            <Button size="sm" icon={Undo2} loading={restore.isPending} onClick={() => restore.mutate({ runIds: selected })}>
              Restore
            </Button>
          ) : (
            <Button size="sm" icon={Trash2} loading={remove.isPending} onClick={() => remove.mutate({ runIds: selected })}>
              Delete
            </Button>
          )}
        </>
      ) : null}
      <Button size="sm" variant="ghost" icon={X} onClick={onDone} className="ml-auto">
        Choose none
      </Button>
      {tagging ? <TagDialog selected={selected} count={count} onClose={() => setTagging(false)} onTagged={(result) => finished("tagged", result)} /> : null}
    </div>
  );
}

function TagDialog({ selected, count, onClose, onTagged }: { selected: string[]; count: string; onClose(): void; onTagged(result: Changed): Promise<void> }) {
  const trpc = useTRPC();
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  const tag = useMutation(
    trpc.tracking.tagRuns.mutationOptions({
      onSuccess: async (result) => {
        onClose();
        await onTagged(result);
      },
    }),
  );
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title={`Tag ${count}`}
      description="A run that has the tag already gets the new value."
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          tag.mutate({ runIds: selected, key: key.trim(), value });
        }}
      >
        {tag.error ? <Notice tone="fail">{tag.error.message}</Notice> : null}
        <Field label="Key">
          <TextInput mono value={key} onValueChange={setKey} maxLength={250} required />
        </Field>
        <Field label="Value">
          <TextInput mono value={value} onValueChange={setValue} maxLength={8_000} />
        </Field>
        <Button type="submit" variant="primary" icon={Tag} loading={tag.isPending} disabled={key.trim() === ""}>
          {`Tag ${count}`}
        </Button>
      </form>
    </Dialog>
  );
}
