import type { ReactNode } from "react";
import { PortalShell } from "@/features/shell";
import { LiveProvider } from "@/live/live-topics";
import { requirePerson } from "@/server/session";

export default async function AppLayout({ children }: { children: ReactNode }) {
  const person = await requirePerson();
  return (
    <LiveProvider>
      <PortalShell person={person}>{children}</PortalShell>
    </LiveProvider>
  );
}
