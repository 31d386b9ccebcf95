"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, ConfirmDialog, Field, Menu, TextArea, useNavigate, useToast } from "@trellis/ui";
import { Ellipsis, Undo2 } from "lucide-react";
import { useState } from "react";
import { type Outputs, useTRPC } from "@/live/trpc";

type Deployment = Outputs["delivery"]["deployment"];

/** Roll back in one click; lift a hold; try again; ask for removal. */
export function DeploymentActions({ deployment }: { deployment: Deployment }) {
  const trpc = useTRPC();
  const toast = useToast();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<"rollback" | "remove" | null>(null);
  const [reason, setReason] = useState("");
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.delivery.pathKey() });
  const rollback = useMutation(trpc.delivery.rollback.mutationOptions({ onSuccess: refresh }));
  const lift = useMutation(trpc.delivery.liftHold.mutationOptions({ onSuccess: refresh, onError: (error) => toast.error(error.message) }));
  const redeploy = useMutation(trpc.delivery.redeploy.mutationOptions({ onSuccess: refresh, onError: (error) => toast.error(error.message) }));
  const remove = useMutation(trpc.delivery.remove.mutationOptions({ onSuccess: ({ number }) => navigate(`/approvals/${number}`) }));
  const { abilities, rollbackTo } = deployment;
  const more = [
    ...(deployment.held && abilities.liftHold ? [{ label: "Lift the hold", onSelect: () => lift.mutate({ deployment: deployment.name }) }] : []),
    ...(deployment.health === "degraded" ? [{ label: "Try again", onSelect: () => redeploy.mutate({ deployment: deployment.name }) }] : []),
    ...(abilities.remove ? [{ label: "Ask for removal", danger: true, onSelect: () => setOpen("remove") }] : []),
  ];
  return (
    <>
      {more.length > 0 ? <Menu label="More" align="end" trigger={<Button icon={Ellipsis} aria-label="More actions" />} items={more} /> : null}
      {abilities.rollback && rollbackTo ? <Button icon={Undo2} onClick={() => setOpen("rollback")}>{`Roll back to v${rollbackTo.version}`}</Button> : null}
      <ConfirmDialog
        open={open === "rollback"}
        onOpenChange={(isOpen) => setOpen(isOpen ? "rollback" : null)}
        title={`Roll back to version ${rollbackTo?.version ?? ""}`}
        description="One commit brings the earlier version back. Automation leaves this deployment alone until someone lifts the hold."
        confirmLabel={`Roll back to v${rollbackTo?.version ?? ""}`}
        onConfirm={async () => {
          const { number } = await rollback.mutateAsync({ deployment: deployment.name, reason });
          toast.success(`CR-${number} brings version ${rollbackTo?.version ?? ""} back`);
        }}
      >
        <Field label="Reason">
          <TextArea rows={2} value={reason} onValueChange={setReason} />
        </Field>
      </ConfirmDialog>
      <ConfirmDialog
        open={open === "remove"}
        onOpenChange={(isOpen) => setOpen(isOpen ? "remove" : null)}
        title={`Remove ${deployment.name}`}
        description="Opens a change request. Once approved, the endpoint stops answering."
        confirmLabel="Ask for removal"
        typeToConfirm={deployment.name}
        danger
        onConfirm={() => remove.mutateAsync({ deployment: deployment.name })}
      />
    </>
  );
}
