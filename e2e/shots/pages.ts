import { rest } from "../support/rest.ts";

/** A page to photograph: the name of its files, and where it is. */
export type ShotPage = { name: string; path: string; /** Seen without a session. */ isPublic?: boolean };

const FIXED: ShotPage[] = [
  { name: "home", path: "/" },
  { name: "projects", path: "/projects" },
  { name: "create", path: "/create" },
  { name: "create-wizard", path: "/create/tabular-model" },
  { name: "runs", path: "/runs" },
  { name: "models", path: "/models" },
  { name: "data", path: "/data" },
  { name: "deployments", path: "/deployments" },
  { name: "approvals", path: "/approvals" },
  { name: "approvals-decided", path: "/approvals?box=decided" },
  { name: "monitoring", path: "/monitoring" },
  { name: "scorecards", path: "/scorecards" },
  { name: "platform", path: "/platform" },
  { name: "audit", path: "/platform/audit" },
  { name: "people", path: "/platform/people" },
  { name: "tokens", path: "/settings/tokens" },
  { name: "sign-in", path: "/sign-in", isPublic: true },
  { name: "invitation-invalid", path: "/invite/none", isPublic: true },
];

type Page<Item> = { items: Item[] };
type Run = { number: number; status: string; triggerKind: string; project: { slug: string } };
type Card = { name: string; health: string; held: boolean };

/** All pages of the portal, those of single things with things that are there. */
export async function shotPages(url: string, token: string): Promise<ShotPage[]> {
  const get = <Result>(path: string): Promise<Result> => rest<Result>(url, token, "GET", path);
  const pages = [...FIXED];
  const add = (name: string, path: string | null | undefined): void => {
    if (path) pages.push({ name, path });
  };
  const projects = (await get<Page<{ id: string; slug: string; template: string | null }>>("/projects?limit=50")).items;
  const own = projects.find(({ template }) => template === null)?.slug;
  add("project", projects.some(({ slug }) => slug === "no-show-forecast") ? "/projects/no-show-forecast" : own && `/projects/${own}`);
  add("project-from-template", projects.find(({ template }) => template)?.slug.replace(/^/, "/projects/"));
  add("project-settings", own && `/projects/${own}/settings`);

  const runs = (await get<Page<Run>>("/runs?limit=100")).items;
  const runPath = (found: Run | undefined): string | undefined => found && `/projects/${found.project.slug}/runs/${found.number}`;
  for (const status of ["succeeded", "failed", "cancelled"]) add(`run-${status}`, runPath(runs.find((run) => run.status === status)));
  add("run-by-drift", runPath(runs.find((run) => run.triggerKind === "drift")));
  add("run-retried", runPath(runs.find((run) => run.triggerKind === "retry")));

  const [model] = (await get<Page<{ name: string; latest: { version: number } | null }>>("/models?limit=50")).items.filter(({ latest }) => latest);
  if (model) {
    const version = `/models/${model.name}/versions/${model.latest?.version ?? 1}`;
    add("model", `/models/${model.name}`);
    for (const tab of ["overview", "card", "files", "environment"]) add(`version-${tab}`, `${version}?tab=${tab}`);
  }
  add("dataset", (await get<Page<{ id: string }>>("/datasets?limit=1")).items[0]?.id.replace(/^/, "/data/"));

  const board = await get<Page<{ cells: Record<string, Card | null> }>>("/deployments?limit=50");
  const cards = board.items.flatMap(({ cells }) => Object.values(cells)).filter((card) => card !== null);
  const healthy = cards.find((card) => card.health === "healthy" && !card.held);
  for (const tab of ["traffic", "history", "events", "try", "log"]) add(`deployment-${tab}`, healthy && `/deployments/${healthy.name}?tab=${tab}`);
  add("deployment-degraded", cards.find((card) => card.health === "degraded")?.name.replace(/^/, "/deployments/"));
  add("deployment-held", cards.find((card) => card.held)?.name.replace(/^/, "/deployments/"));

  const requests = (await get<Page<{ number: number; status: string }>>("/change-requests?limit=100")).items;
  for (const status of ["open", "applied", "rejected", "failed"])
    add(
      `change-request-${status}`,
      requests
        .find((request) => request.status === status)
        ?.number.toString()
        .replace(/^/, "/approvals/"),
    );

  const monitors = (await get<Page<{ deploymentName: string; state: string }>>("/monitors?limit=50")).items;
  for (const state of ["drifted", "stable"])
    add(`monitor-${state}`, monitors.find((monitor) => monitor.state === state)?.deploymentName.replace(/^/, "/monitoring/"));
  // A project from a template has the id of the task that made it.
  add("scaffold-task", projects.find(({ template }) => template)?.id.replace(/^/, "/create/tasks/"));
  return pages;
}
