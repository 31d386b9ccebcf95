"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Dialog, Field, IconButton, Menu, Notice, TextInput, useToast } from "@trellis/ui";
import { Bookmark, ChevronDown, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "@/live/trpc";

type Props = { area: string; /** The page's state now. */ query: string; onOpen(query: string): void };

/** States of the page that the person has given a name: filter, columns and sort. */
export function SavedViews({ area, query, onOpen }: Props) {
  const trpc = useTRPC();
  const [open, setOpen] = useState(false);
  const views = useQuery(trpc.identity.savedViews.queryOptions({ area }));
  const current = views.data?.find((view) => view.query === query);
  return (
    <>
      <Menu
        label="Views"
        trigger={
          <Button size="sm" icon={Bookmark} iconAfter={ChevronDown}>
            {current?.name ?? "Views"}
          </Button>
        }
        items={[
          ...(views.data ?? []).map((view) => ({ label: view.name, checked: view.id === current?.id, onSelect: () => onOpen(view.query) })),
          ...(views.data?.length ? [{ separator: true as const }] : []),
          { label: "All runs, as at first", onSelect: () => onOpen("") },
          { label: "Save or delete views", onSelect: () => setOpen(true) },
        ]}
      />
      {open ? <ViewsDialog area={area} query={query} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function ViewsDialog({ area, query, onClose }: { area: string; query: string; onClose(): void }) {
  const trpc = useTRPC();
  const toast = useToast();
  const queryClient = useQueryClient();
  const [name, setName] = useState("");
  const views = useQuery(trpc.identity.savedViews.queryOptions({ area }));
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.identity.savedViews.pathKey() });
  const save = useMutation(
    trpc.identity.saveView.mutationOptions({
      onSuccess: async () => {
        await refresh();
        onClose();
      },
    }),
  );
  const remove = useMutation(trpc.identity.deleteSavedView.mutationOptions({ onSuccess: refresh, onError: (error) => toast.error(error.message) }));
  const replaces = views.data?.some((view) => view.name === name.trim());
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title="Views"
      description="A view keeps the filter, the columns and the order. Only you see it; to share one, send the address of the page."
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate({ area, name, query });
        }}
      >
        {save.error ? <Notice tone="fail">{save.error.message}</Notice> : null}
        <Field label="Name for what the page shows now" help={replaces ? "Takes the place of the view of this name." : undefined}>
          <TextInput value={name} onValueChange={setName} maxLength={100} required />
        </Field>
        <Button type="submit" variant="primary" icon={Bookmark} loading={save.isPending} disabled={name.trim() === ""}>
          Save view
        </Button>
      </form>
      {views.data?.length ? (
        <ul aria-label="Your views" className="m-0 mt-4 flex list-none flex-col gap-1 border-t border-line p-0 pt-3">
          {views.data.map((view) => (
            <li key={view.id} className="flex items-center gap-2 text-sm">
              <span className="min-w-0 flex-1 truncate">{view.name}</span>
              <IconButton size="sm" icon={Trash2} label={`Delete the view ${view.name}`} onClick={() => remove.mutate({ id: view.id })} />
            </li>
          ))}
        </ul>
      ) : null}
    </Dialog>
  );
}
