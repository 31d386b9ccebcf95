import type { Database } from "@trellis/db";
import { createProject } from "../../catalog/index.ts";
import type { CoreContext } from "../../kernel/context.ts";
import { actingAs, testContext } from "../../kernel/testing/test-context.ts";
import { createExperiment } from "../experiments/create-experiment.ts";
import type { TrackingScope } from "../experiments/experiment.ts";
import { createTrackedRun } from "../runs/create-tracked-run.ts";

/** A person with a project, and others beside; names are of each lab's own, so labs share a database. */
export type TrackingLab = Awaited<ReturnType<typeof openTrackingLab>>;

/** Makes a lab on an open database. Time stands still unless a test sets `clock.now`. */
export async function openTrackingLab(db: Database, options: { visibility?: "internal" | "private" } = {}) {
  const clock = { now: new Date("2026-03-01T12:00:00Z") };
  const system = testContext({ db, now: () => clock.now });
  const ada = await actingAs(system, "Ada", "data_scientist");
  const newProject = async (owner: CoreContext = ada, visibility: "internal" | "private" = options.visibility ?? "internal"): Promise<string> => {
    const slug = `lab-${system.newId().slice(-8)}`;
    const ownerId = owner.actor.kind === "user" ? owner.actor.userId : "";
    return (await createProject(owner, { slug, title: "Lab", visibility, repository: `projects/${slug}`, ownerId })).id;
  };
  const projectId = await newProject();
  const scope: TrackingScope = { projectId };
  let names = 0;
  return {
    clock,
    system,
    /** Owner of the project. */
    ada,
    projectId,
    scope,
    newProject,
    person: (name: string, role: "viewer" | "data_scientist" | "admin" = "data_scientist") => actingAs(system, name, role),
    /** The id of a new experiment of the project. */
    async experiment(name?: string): Promise<number> {
      return (await createExperiment(ada, { scope, name: name ?? `experiment ${(names += 1)}` })).experimentId;
    },
    /** The id of a new run, in a new experiment if none is given. */
    async run(experimentId?: number): Promise<string> {
      return (await createTrackedRun(ada, { scope, experimentId: experimentId ?? (await this.experiment()) })).runId;
    },
  };
}

/** Why each of these was refused; undefined for one that was not. */
export async function refusals(attempts: readonly Promise<unknown>[]): Promise<unknown[]> {
  return (await Promise.allSettled(attempts)).map((settled) => (settled.status === "rejected" ? settled.reason : undefined));
}
