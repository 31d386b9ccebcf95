"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Dialog, Notice, TextArea } from "@trellis/ui";
import { Pencil } from "lucide-react";
import { useState } from "react";
import { type Outputs, useTRPC } from "@/live/trpc";

/** Writes the card of a version; the only text of it that may change. */
export function EditCard({ version }: { version: Outputs["registry"]["version"] }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const [card, setCard] = useState(version.card || version.cardTemplate);
  const update = useMutation(
    trpc.registry.updateCard.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: trpc.registry.pathKey() });
        setOpen(false);
      },
    }),
  );
  return (
    <>
      <Button size="sm" icon={Pencil} onClick={() => setOpen(true)}>
        {version.card ? "Edit" : "Write"}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        size="lg"
        title={version.card ? "Edit the card" : "Write the card"}
        description="Markdown. Everything else of a version is fixed."
        footer={
          <>
            <Button onClick={() => setOpen(false)}>Close</Button>
            <Button variant="primary" loading={update.isPending} onClick={() => update.mutate({ versionId: version.id, card })}>
              Save card
            </Button>
          </>
        }
      >
        {update.error ? <Notice tone="fail">{update.error.message}</Notice> : null}
        <TextArea aria-label="Card" mono rows={20} value={card} onValueChange={setCard} />
      </Dialog>
    </>
  );
}
