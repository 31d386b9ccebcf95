"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Avatar, Button, Card, ConfirmDialog, Field, Notice, StatusBadge, TextArea } from "@trellis/ui";
import { Check, Lock } from "lucide-react";
import { useState } from "react";
import { type Outputs, useTRPC } from "@/live/trpc";

type ChangeRequest = Outputs["delivery"]["changeRequest"];

/** Approve, reject or take back; with the reason why not when it is not possible. */
export function Decision({ request }: { request: ChangeRequest }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [comment, setComment] = useState("");
  const [withdrawing, setWithdrawing] = useState(false);
  const onSuccess = () => queryClient.invalidateQueries({ queryKey: trpc.delivery.pathKey() });
  const approve = useMutation(trpc.delivery.approve.mutationOptions({ onSuccess, onError: onSuccess }));
  const reject = useMutation(trpc.delivery.reject.mutationOptions({ onSuccess }));
  const withdraw = useMutation(trpc.delivery.withdraw.mutationOptions({ onSuccess }));
  const error = approve.error ?? reject.error;
  const { abilities } = request;
  const action = request.kind === "remove" ? "Approve and remove" : `Approve and deploy version ${request.version?.version ?? ""}`;
  return (
    <Card title={request.status === "open" ? "Your decision" : "Decision"}>
      <div className="flex flex-col gap-3">
        {request.approvalList.map((entry) => (
          <p key={entry.user.name} className="flex items-center gap-2 text-sm">
            <Avatar size="sm" name={entry.user.name} />
            {entry.user.name}
            <span className="ml-auto">
              <StatusBadge variant="text" status={entry.verdict} kind="change_request" />
            </span>
          </p>
        ))}
        {error ? <Notice tone="fail">{error.message}</Notice> : null}
        {request.status === "open" && (abilities.approve || abilities.reject) ? (
          <>
            <Field label="Reason" help={request.gates.warned > 0 ? "Say why the warning is acceptable." : "Optional for an approval, needed for a rejection."}>
              <TextArea rows={3} value={comment} onValueChange={setComment} maxLength={2_000} />
            </Field>
            <div className="flex flex-wrap gap-2">
              <Button
                variant="primary"
                icon={Check}
                disabled={!abilities.approve}
                loading={approve.isPending}
                onClick={() => approve.mutate({ changeRequest: request.id, comment, boundTo: request.boundTo })}
              >
                {action}
              </Button>
              <Button
                variant="danger"
                disabled={!abilities.reject || comment.trim() === ""}
                loading={reject.isPending}
                onClick={() => reject.mutate({ changeRequest: request.id, reason: comment })}
              >
                Reject
              </Button>
            </div>
          </>
        ) : null}
        {request.status === "open" && abilities.why ? (
          <p className="flex items-start gap-2 text-sm text-ink-2">
            <Lock size={16} aria-hidden className="mt-0.5 flex-none" />
            {abilities.why}
          </p>
        ) : null}
        {abilities.withdraw ? (
          <div>
            <Button onClick={() => setWithdrawing(true)}>Withdraw</Button>
          </div>
        ) : null}
        {request.commit ? (
          <p className="text-sm text-ink-2">
            Commit <span className="font-mono">{request.commit.slice(0, 10)}</span> in platform/environments
          </p>
        ) : null}
      </div>
      <ConfirmDialog
        open={withdrawing}
        onOpenChange={setWithdrawing}
        title={`Withdraw CR-${request.number}`}
        description="Nothing changes in the environment. You can ask again later."
        confirmLabel="Withdraw request"
        onConfirm={() => withdraw.mutateAsync({ changeRequest: request.id })}
      />
    </Card>
  );
}
