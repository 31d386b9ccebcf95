"use client";

import { useQuery } from "@tanstack/react-query";
import { Notice, Skeleton } from "@trellis/ui";
import { useTRPC, useTRPCClient } from "@/live/trpc";
import { EntryFrame } from "./entry-frame";
import { NewAccountForm } from "./new-account-form";
import { roleName } from "./role-name";
import { signIn } from "./sign-in";

export function AcceptInvitationPage({ token }: { token: string }) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const invitation = useQuery(trpc.identity.invitation.queryOptions({ token }));
  if (invitation.isPending)
    return (
      <EntryFrame title="Join" lead="Reading your invitation">
        <Skeleton lines={4} />
      </EntryFrame>
    );
  if (invitation.isError)
    return (
      <EntryFrame title="Join" lead="This link cannot be used.">
        <Notice tone="fail">This invitation is not valid any more: it was used, revoked or has expired. Ask an administrator for a new one.</Notice>
      </EntryFrame>
    );
  const { email, role } = invitation.data;
  return (
    <EntryFrame title="Join this portal" lead={`You were invited as ${roleName(role)}.`}>
      <NewAccountForm
        email={email}
        action="Join"
        onSubmit={async ({ name, password }) => {
          await client.identity.acceptInvitation.mutate({ token, name, password });
          await signIn(email, password);
          window.location.assign("/");
        }}
      />
    </EntryFrame>
  );
}
