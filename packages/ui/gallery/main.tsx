import "./gallery.css";
import { Activity, Box, Database, House, Play, Plus, Rocket, SlidersHorizontal, Stamp, FolderGit2 } from "lucide-react";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { AppShell, Breadcrumbs, HotkeysHelp, LinkProvider, NotificationsMenu, SearchTrigger, Toaster, UserMenu, useHotkeys } from "../src/index.ts";
import { CommandPalette } from "../src/command/index.ts";
import { notifications } from "./data.ts";
import { ChartsPage } from "./charts-page.tsx";
import { FormsPage } from "./forms-page.tsx";
import { PartsPage } from "./parts-page.tsx";
import { RunPage } from "./run-page.tsx";
import { TablesPage } from "./tables-page.tsx";

const pages: Record<string, () => React.ReactNode> = { run: RunPage, parts: PartsPage, forms: FormsPage, tables: TablesPage, charts: ChartsPage };
const nav = [
  [
    { href: "?page=home", label: "Home", icon: House },
    { href: "?page=forms", label: "Create", icon: Plus },
    { href: "?page=parts", label: "Projects", icon: FolderGit2 },
    { href: "?page=run", label: "Runs", icon: Play },
    { href: "?page=tables", label: "Models", icon: Box },
    { href: "?page=deployments", label: "Deployments", icon: Rocket },
    { href: "?page=charts", label: "Monitoring", icon: Activity },
    { href: "?page=data", label: "Data", icon: Database },
  ],
  [
    { href: "?page=approvals", label: "Approvals", icon: Stamp, count: 2 },
    { href: "?page=platform", label: "Platform", icon: SlidersHorizontal },
  ],
];

function Gallery() {
  const query = new URLSearchParams(location.search);
  const page = query.get("page") ?? "run";
  const theme = query.get("theme");
  if (theme === "dark" || theme === "light") document.documentElement.setAttribute("data-theme", theme);
  const [palette, setPalette] = useState(query.get("open") === "palette");
  const [help, setHelp] = useState(query.get("open") === "help");
  useHotkeys({ "mod+k": () => setPalette(true), "?": () => setHelp(true) });
  const Page = pages[page] ?? RunPage;
  return (
    <AppShell
      nav={nav}
      current={`?page=${page}`}
      footer="acme-ml · v0.4.0"
      breadcrumbs={<Breadcrumbs items={[{ label: "flight-delays", href: "#" }, { label: "train", href: "#" }, { label: page }]} />}
      search={<SearchTrigger onOpen={() => setPalette(true)} />}
      actions={
        <>
          <NotificationsMenu items={notifications} unread={2} allHref="#" />
          <UserMenu
            name="Maria Kraft"
            email="maria@acme.example"
            items={[
              { label: "Access tokens", href: "#" },
              { label: "Sign out", onSelect: () => {} },
            ]}
          />
        </>
      }
    >
      <Page />
      <CommandPalette
        open={palette}
        onOpenChange={setPalette}
        groups={nav.map((group, index) => ({
          heading: index ? "Work" : "Go to",
          items: group.map((item) => ({
            id: item.href,
            label: item.label,
            icon: item.icon,
            href: item.href,
            shortcut: ["g", item.label.charAt(0).toLowerCase()],
          })),
        }))}
      />
      <HotkeysHelp
        open={help}
        onOpenChange={setHelp}
        groups={[
          {
            title: "Everywhere",
            keys: [
              { keys: ["Ctrl", "K"], label: "Search or run a command" },
              { keys: ["?"], label: "Show the keys" },
            ],
          },
          {
            title: "Lists",
            keys: [
              { keys: ["j"], label: "Next row" },
              { keys: ["k"], label: "Row before" },
            ],
          },
        ]}
      />
    </AppShell>
  );
}

const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <LinkProvider>
      <Toaster>
        <Gallery />
      </Toaster>
    </LinkProvider>,
  );
