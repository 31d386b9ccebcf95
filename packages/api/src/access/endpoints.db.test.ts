import { PERMISSIONS, roleAtLeast } from "@trellis/core/identity/index.ts";
import type { Actor, Role } from "@trellis/core/kernel/context.ts";
import { testDatabase } from "@trellis/db/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ENDPOINTS } from "../mlflow/endpoints.ts";
import { pathsOf } from "../mlflow/protocol/endpoint-table.ts";
import type { Endpoint, ProtocolAccess } from "../mlflow/protocol/endpoint.ts";
import { openMlflow, type OpenMlflow, type WireAnswer } from "../mlflow/testing/open-mlflow.ts";
import { type AccessWorld, openAccessWorld } from "./testing/access-world.ts";
import { ENDPOINT_ENTRIES, type EndpointEntry } from "./testing/endpoint-table.ts";
import type { ProjectThings } from "./testing/project-rows.ts";

const endpoints = ENDPOINTS.map((endpoint) => ({ name: `${endpoint.method} ${endpoint.path}`, endpoint, access: endpoint.access }));
const closed = endpoints.filter(({ access }) => access !== "public");

const entriesAbout = <About extends EndpointEntry["about"]>(about: About) =>
  endpoints.flatMap(({ name, endpoint, access }) => {
    const entry = ENDPOINT_ENTRIES[name];
    return entry?.about === about ? [{ name, endpoint, access, entry: entry as Extract<EndpointEntry, { about: About }> }] : [];
  });

/** The weakest role that may call this at all, at least a data scientist: somebody who may do much, but not here. */
function strangerRole(access: ProtocolAccess): Role {
  const least: Role = access === "public" || access === "signed-in" ? "viewer" : PERMISSIONS[access].role;
  return roleAtLeast(least, "data_scientist") ? least : "data_scientist";
}

/** Stands for the token of a pipeline step of this project. */
const STEP = "trl_step_of ";

describe("who may call what at the MLflow door", () => {
  const database = testDatabase();
  let world: AccessWorld;
  let door: OpenMlflow;
  beforeAll(async () => {
    world = await openAccessWorld(database.handle);
    door = await openMlflow({
      core: world.core,
      authenticate: async (authorization): Promise<Actor | null> => {
        const projectId = authorization.split(STEP)[1];
        if (projectId === undefined) return world.auth.authenticator.actorOf(new Headers({ authorization }));
        return { kind: "attempt", attemptId: projectId, runId: projectId, projectId, name: "a step" };
      },
    });
  });
  afterAll(() => door.close());

  /** Sends what the entry says to an endpoint. */
  function send(endpoint: Endpoint, token: string | null, input: Record<string, unknown> = {}, base = ""): Promise<WireAnswer> {
    let path = `${base}${pathsOf(endpoint)[0]}`;
    const fields = { ...input };
    for (const [part, name = ""] of path.matchAll(/\{(\w+)(?:\.\.\.)?\}/g)) {
      path = path.replace(part, encodeURIComponent(String(fields[name] ?? "x")));
      delete fields[name];
    }
    const isRaw = endpoint.body === "raw" && endpoint.method !== "GET";
    if (!isRaw) return door.send(token, endpoint.method, path, fields);
    return door.send(token, endpoint.method, `${path}?${new URLSearchParams(fields as Record<string, string>).toString()}`, "content");
  }

  const tokenOf = (role: Role) => world.outsider(role).token;

  it("knows every endpoint, and none that is gone", () => {
    expect(Object.keys(ENDPOINT_ENTRIES).toSorted()).toEqual(endpoints.map(({ name }) => name).toSorted());
  });

  it("leaves open to everybody only what tells about the server", () => {
    const open = endpoints.filter(({ access }) => access === "public").map(({ name }) => name);
    expect(open).toEqual(["GET /health", "GET /version", "GET /mlflow/server-info"]);
  });

  it.each(closed)("$name asks for a token", async ({ endpoint }) => {
    for (const [token, message] of [
      [null, /MLFLOW_TRACKING_TOKEN/],
      ["trl_unknown", /was refused/],
    ] as const) {
      const answer = await send(endpoint, token);
      expect(answer).toMatchObject({ status: 401, body: { error_code: "UNAUTHENTICATED", message: expect.stringMatching(message) as string } });
      expect(answer.headers.get("www-authenticate")).toBe('Basic realm="mlflow"');
    }
  });

  it.each(closed.filter(({ access }) => access !== "signed-in" && PERMISSIONS[access as keyof typeof PERMISSIONS].role !== "viewer"))(
    "$name asks for the role of its permission",
    async ({ endpoint }) => {
      expect(await send(endpoint, tokenOf("viewer"))).toMatchObject({ status: 403, body: { error_code: "PERMISSION_DENIED" } });
    },
  );

  it.each(entriesAbout("thing"))("$name: another's private thing is as if it did not exist", async ({ endpoint, access, entry }) => {
    for (const token of [tokenOf(strangerRole(access)), tokenOf("approver"), STEP + world.open.projectId]) {
      const answer = await send(endpoint, token, entry.input(world.hidden));
      const missing = await send(endpoint, token, entry.input(world.missing));
      expect([400, 404], JSON.stringify(answer.body)).toContain(answer.status);
      expect(sameWords(answer, world.hidden), "a hidden thing can be told from none").toEqual(sameWords(missing, world.missing));
    }
  });

  it.each(entriesAbout("thing"))("$name: a step of another project does not even see an internal one", async ({ endpoint, entry }) => {
    const answer = await send(endpoint, STEP + world.hidden.projectId, entry.input(world.open));
    const missing = await send(endpoint, STEP + world.hidden.projectId, entry.input(world.missing));
    expect([400, 404], JSON.stringify(answer.body)).toContain(answer.status);
    expect(sameWords(answer, world.open)).toEqual(sameWords(missing, world.missing));
  });

  it.each(entriesAbout("thing"))("$name: a stranger in an internal project is $entry.stranger", async ({ endpoint, access, entry }) => {
    const answer = await send(endpoint, tokenOf(strangerRole(access)), entry.input(world.open));
    if (entry.stranger === "forbidden") expect(answer).toMatchObject({ status: 403, body: { error_code: "PERMISSION_DENIED" } });
    else expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  });

  it.each(entriesAbout("list"))("$name does not show another's private project", async ({ endpoint, entry }) => {
    for (const input of entry.inputs.map((of) => of(world.hidden))) {
      for (const token of [tokenOf("viewer"), tokenOf("approver"), STEP + world.open.projectId]) {
        const answer = await send(endpoint, token, input);
        expect(traces(answer.body, world.hidden, input), JSON.stringify(input)).toEqual([]);
      }
      const own = await send(endpoint, world.owner.token, input);
      expect(traces(own.body, world.hidden), `its owner sees it: ${JSON.stringify(own.body)}`).not.toEqual([]);
    }
  });

  it.each(closed)("$name knows no project that is hidden, by its address", async ({ endpoint }) => {
    for (const slug of [world.hidden.slug, "no-such-project"])
      expect(await send(endpoint, tokenOf("approver"), {}, `/projects/${slug}/mlflow`)).toMatchObject({
        status: 404,
        body: { error_code: "RESOURCE_DOES_NOT_EXIST", message: `Project ${slug} was not found.` },
      });
  });
});

/** How things are named on the wire: ids without hyphens too. */
const namesOf = (things: ProjectThings): [string, string][] =>
  Object.entries(things).flatMap(([kind, value]) =>
    kind === "pipeline" ? [] : [[kind, value] as [string, string], [kind, value.replaceAll("-", "")] as [string, string]],
  );

/** Parts of the answer that come from the project and were not in the question. */
function traces(body: unknown, things: ProjectThings, asked?: unknown): string[] {
  const [text, question] = [JSON.stringify(body) ?? "", JSON.stringify(asked) ?? ""];
  return namesOf(things).flatMap(([, value]) => (text.includes(value) && !question.includes(value) ? [value] : []));
}

/** The refusal with names and ids replaced by what they are, so that two can be compared. */
function sameWords({ status, body }: WireAnswer, things: ProjectThings): unknown {
  let text = JSON.stringify(body);
  for (const [kind, value] of namesOf(things).toSorted(([, a], [, b]) => b.length - a.length)) text = text.replaceAll(value, `<${kind}>`);
  return { status, body: JSON.parse(text) as unknown };
}
