import { Activity, Box, CirclePlay, Database, FlaskConical, FolderGit2, House, Plus, Rocket, SlidersHorizontal, Stamp, Trophy } from "lucide-react";
import type { NavItem } from "@trellis/ui";

/** The sidebar, in groups; `approvals` is the number that wait for the person. */
export function navigation(approvals: number): NavItem[][] {
  const within = (prefix: string) => (path: string) => path === prefix || path.startsWith(`${prefix}/`);
  return [
    [
      { href: "/", label: "Home", icon: House, match: (path) => path === "/" },
      { href: "/create", label: "Create", icon: Plus, match: within("/create"), phone: false },
      { href: "/projects", label: "Projects", icon: FolderGit2, match: (path) => within("/projects")(path) && !path.includes("/runs/") },
      { href: "/runs", label: "Runs", icon: CirclePlay, match: (path) => within("/runs")(path) || (within("/projects")(path) && path.includes("/runs/")) },
      {
        href: "/experiments",
        label: "Experiments",
        icon: FlaskConical,
        match: (path) => within("/experiments")(path) || within("/compare")(path),
        phone: false,
      },
      { href: "/models", label: "Models", icon: Box, match: within("/models") },
      { href: "/deployments", label: "Deployments", icon: Rocket, match: within("/deployments"), phone: false },
      { href: "/monitoring", label: "Monitoring", icon: Activity, match: within("/monitoring"), phone: false },
      { href: "/data", label: "Data", icon: Database, match: within("/data"), phone: false },
      { href: "/scorecards", label: "Scorecards", icon: Trophy, match: within("/scorecards"), phone: false },
    ],
    [
      { href: "/approvals", label: "Approvals", icon: Stamp, count: approvals, match: within("/approvals"), phone: true },
      { href: "/platform", label: "Platform", icon: SlidersHorizontal, match: within("/platform"), phone: false },
    ],
  ];
}

/** `g` then a letter goes to a page. */
export const GO_KEYS: Record<string, { href: string; label: string }> = {
  "g h": { href: "/", label: "Home" },
  "g c": { href: "/create", label: "Create" },
  "g p": { href: "/projects", label: "Projects" },
  "g r": { href: "/runs", label: "Runs" },
  "g e": { href: "/experiments", label: "Experiments" },
  "g m": { href: "/models", label: "Models" },
  "g d": { href: "/deployments", label: "Deployments" },
  "g o": { href: "/monitoring", label: "Monitoring" },
  "g t": { href: "/data", label: "Data" },
  "g a": { href: "/approvals", label: "Approvals" },
};
