"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type CommandGroup, CommandPalette } from "@trellis/ui/command";
import { Box, CirclePlay, FolderGit2, Plus, Rocket } from "lucide-react";
import { useTRPC } from "@/live/trpc";
import { GO_KEYS, navigation } from "./navigation";

/** Search over everything and every place to go, in one list. */
export function PortalCommands({ open, onOpenChange }: { open: boolean; onOpenChange(open: boolean): void }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const shortcuts = new Map(Object.entries(GO_KEYS).map(([keys, { href }]) => [href, keys.split(" ")]));
  const places: CommandGroup = {
    heading: "Go to",
    items: navigation(0)
      .flat()
      .map(({ href, label, icon }) => ({ id: `go:${href}`, label, icon, href, ...(shortcuts.has(href) ? { shortcut: shortcuts.get(href) ?? [] } : {}) })),
  };
  const actions: CommandGroup = { heading: "Do", items: [{ id: "create", label: "Create a project", icon: Plus, href: "/create" }] };

  const load = async (query: string): Promise<CommandGroup[]> => {
    if (query.trim().length < 2) return [];
    const search = query.trim();
    const [projects, models, runs, deployments] = await Promise.all([
      queryClient.fetchQuery(trpc.catalog.list.queryOptions({ search, limit: 6 })),
      queryClient.fetchQuery(trpc.registry.models.queryOptions({ search, limit: 6 })),
      queryClient.fetchQuery(trpc.pipelines.runs.queryOptions({ search, limit: 6 })),
      queryClient.fetchQuery(trpc.delivery.board.queryOptions({ search, limit: 6 })),
    ]);
    return [
      {
        heading: "Projects",
        items: projects.items.map((item) => ({
          id: `project:${item.id}`,
          label: item.slug,
          detail: item.title,
          icon: FolderGit2,
          href: `/projects/${item.slug}`,
        })),
      },
      {
        heading: "Models",
        items: models.items.map((item) => ({
          id: `model:${item.id}`,
          label: item.name,
          detail: item.description,
          icon: Box,
          href: `/models/${encodeURIComponent(item.name)}`,
        })),
      },
      {
        heading: "Deployments",
        items: deployments.items
          .flatMap((item) => Object.values(item.cells))
          .flatMap((card) => (card ? [{ id: `deployment:${card.id}`, label: card.name, icon: Rocket, href: `/deployments/${card.name}` }] : [])),
      },
      {
        heading: "Runs",
        items: runs.items.map((item) => ({
          id: `run:${item.id}`,
          label: `${item.project.slug} run ${item.number}`,
          detail: `${item.pipelineName}, ${item.status}`,
          icon: CirclePlay,
          href: `/projects/${item.project.slug}/runs/${item.number}`,
        })),
      },
    ].filter((group) => group.items.length > 0);
  };
  return <CommandPalette open={open} onOpenChange={onOpenChange} groups={[actions, places]} load={load} />;
}
