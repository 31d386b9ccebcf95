import type { OpenPortal } from "./open-portal.ts";

export type PageKind = { name: string; path: string; hasCharts: boolean };

type Page<Item> = { items: Item[] };

/** One page of each kind, with things that are there. */
export async function pageKinds(portal: OpenPortal): Promise<PageKind[]> {
  const [run] = (await portal.get<Page<{ number: number; project: { slug: string } }>>("/runs?limit=1&status=succeeded")).items;
  const [monitor] = (await portal.get<Page<{ deploymentName: string; model: { name: string }; liveVersion: { version: number } | null }>>("/monitors?limit=1"))
    .items;
  const [request] = (await portal.get<Page<{ number: number }>>("/change-requests?limit=1")).items;
  const kinds: (PageKind | undefined)[] = [
    { name: "home", path: "/", hasCharts: false },
    { name: "projects", path: "/projects", hasCharts: false },
    { name: "runs", path: "/runs", hasCharts: false },
    { name: "models", path: "/models", hasCharts: false },
    { name: "deployments", path: "/deployments", hasCharts: false },
    request && { name: "change request", path: `/approvals/${request.number}`, hasCharts: false },
    run && { name: "run", path: `/projects/${run.project.slug}/runs/${run.number}`, hasCharts: true },
    monitor?.liveVersion ? { name: "version", path: `/models/${monitor.model.name}/versions/${monitor.liveVersion.version}`, hasCharts: true } : undefined,
    monitor && { name: "deployment", path: `/deployments/${monitor.deploymentName}`, hasCharts: true },
    monitor && { name: "drift", path: `/monitoring/${monitor.deploymentName}`, hasCharts: true },
  ];
  return kinds.filter((kind) => kind !== undefined);
}
