"use client";

import { ThemeSwitch, UserMenu, useNavigate } from "@trellis/ui";
import { Keyboard, KeyRound, LogOut, Webhook } from "lucide-react";
import { usePerson } from "./person";

/** Theme, tokens, help and the way out. */
export function PersonMenu({ onShowHelp }: { onShowHelp(): void }) {
  const person = usePerson();
  const navigate = useNavigate();
  const signOut = async (): Promise<void> => {
    await fetch("/api/auth/sign-out", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    window.location.assign("/sign-in");
  };
  return (
    <>
      <ThemeSwitch form="menu" />
      <UserMenu
        name={person.name}
        email={person.email}
        items={[
          { label: "Access tokens", icon: KeyRound, onSelect: () => navigate("/settings/tokens") },
          { label: "Webhooks", icon: Webhook, onSelect: () => navigate("/settings/webhooks") },
          { label: "Keyboard shortcuts", icon: Keyboard, hint: "?", onSelect: onShowHelp },
          { separator: true },
          { label: "Sign out", icon: LogOut, onSelect: () => void signOut() },
        ]}
      />
    </>
  );
}
