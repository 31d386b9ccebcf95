"use client";

import { useQuery } from "@tanstack/react-query";
import { AppShell, Breadcrumbs, ConnectionBanner, HotkeysHelp, SearchTrigger, useHotkeys, useNavigate } from "@trellis/ui";
import dynamic from "next/dynamic";
import { usePathname } from "next/navigation";
import { type ReactNode, useState } from "react";
import { useConnection, useLive } from "@/live/live-topics";
import { useTRPC } from "@/live/trpc";
import { CrumbsProvider, useCurrentCrumbs } from "./crumbs";
import { Inbox } from "./inbox";
import { GO_KEYS, navigation } from "./navigation";
import { PersonContext, type Person } from "./person";
import { PersonMenu } from "./person-menu";

const PortalCommands = dynamic(() => import("./portal-commands").then((module) => module.PortalCommands), { ssr: false });

/** The frame of every page of a signed-in person: sidebar, top bar, commands, inbox, keyboard. */
export function PortalShell({ person, children }: { person: Person; children: ReactNode }) {
  return (
    <PersonContext value={person}>
      <CrumbsProvider>
        <Frame>{children}</Frame>
      </CrumbsProvider>
    </PersonContext>
  );
}

function Frame({ children }: { children: ReactNode }) {
  const trpc = useTRPC();
  const path = usePathname();
  const navigate = useNavigate();
  const crumbs = useCurrentCrumbs();
  const connection = useConnection();
  const [commandsOpen, setCommandsOpen] = useState(false);
  const [helpOpen, setHelpOpen] = useState(false);
  const waiting = useQuery(trpc.delivery.approvalCounts.queryOptions());
  useLive("approvals", trpc.delivery.approvalCounts.queryKey());
  useHotkeys({
    ...Object.fromEntries(Object.entries(GO_KEYS).map(([keys, { href }]) => [keys, () => navigate(href)])),
    "mod+k": () => setCommandsOpen(true),
    "?": () => setHelpOpen(true),
  });
  return (
    <AppShell
      nav={navigation(waiting.data?.waiting ?? 0)}
      current={path}
      breadcrumbs={<Breadcrumbs items={crumbs} />}
      search={<SearchTrigger onOpen={() => setCommandsOpen(true)} />}
      actions={
        <>
          <Inbox />
          <PersonMenu onShowHelp={() => setHelpOpen(true)} />
        </>
      }
      banner={connection === "connected" ? null : <ConnectionBanner state={connection} />}
    >
      {children}
      {commandsOpen ? <PortalCommands open={commandsOpen} onOpenChange={setCommandsOpen} /> : null}
      <HotkeysHelp open={helpOpen} onOpenChange={setHelpOpen} groups={HELP} />
    </AppShell>
  );
}

const HELP = [
  { title: "Go to", keys: Object.entries(GO_KEYS).map(([keys, { label }]) => ({ keys: keys.split(" "), label })) },
  {
    title: "Everywhere",
    keys: [
      { keys: ["⌘", "K"], label: "Search or run a command (Ctrl K elsewhere)" },
      { keys: ["/"], label: "Filter the list" },
      { keys: ["j"], label: "Next row" },
      { keys: ["k"], label: "Previous row" },
      { keys: ["Enter"], label: "Open the row" },
      { keys: ["?"], label: "This help" },
    ],
  },
];
