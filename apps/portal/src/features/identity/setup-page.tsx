"use client";

import { useTRPCClient } from "@/live/trpc";
import { EntryFrame } from "./entry-frame";
import { NewAccountForm } from "./new-account-form";
import { signIn } from "./sign-in";

export function SetupPage() {
  const client = useTRPCClient();
  return (
    <EntryFrame title="Create the first administrator" lead="This portal is new and nobody can sign in yet. You can invite the others afterwards.">
      <NewAccountForm
        action="Create administrator"
        onSubmit={async (account) => {
          await client.identity.createFirstAdministrator.mutate(account);
          await signIn(account.email, account.password);
          window.location.assign("/");
        }}
      />
    </EntryFrame>
  );
}
