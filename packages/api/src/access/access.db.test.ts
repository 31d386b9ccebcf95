import { approvalCounts } from "@trellis/core/delivery/index.ts";
import { PERMISSIONS, roleAtLeast } from "@trellis/core/identity/index.ts";
import { ROLES, type Role } from "@trellis/core/kernel/context.ts";
import { testDatabase } from "@trellis/db/testing";
import type { TRPCError } from "@trpc/server";
import { beforeAll, describe, expect, it } from "vitest";
import { proceduresOf } from "../rest/rest-operations.ts";
import { appRouter } from "../trpc/root.ts";
import { type Access, type ApiContext, createCallerFactory, type ProcedureMeta } from "../trpc/trpc.ts";
import { type AccessWorld, openAccessWorld } from "./testing/access-world.ts";
import { type ProcedureEntry, PROCEDURES } from "./testing/procedure-table.ts";
import type { ProjectThings } from "./testing/project-rows.ts";

const procedures = Object.entries(proceduresOf(appRouter)).map(([name, procedure]) => ({
  name,
  access: (procedure._def.meta as ProcedureMeta | undefined)?.access,
}));
const createCaller = createCallerFactory(appRouter);

/** What a call answered: its result, or the code and message of its refusal. */
type Answer = { result: unknown } | { code: TRPCError["code"]; message: string };

async function call(context: ApiContext, name: string, input: unknown): Promise<Answer> {
  let node: unknown = createCaller(context);
  for (const part of name.split(".")) node = (node as Record<string, unknown>)[part];
  try {
    return { result: await (node as (input: unknown) => Promise<unknown>)(input) };
  } catch (error) {
    const { code, message } = error as TRPCError;
    return { code, message };
  }
}

/** The weakest role that may call this at all, at least a data scientist: somebody who may do much, but not here. */
function strangerRole(access: Access | undefined): Role {
  const least: Role = access === undefined || access === "public" || access === "signed-in" ? "viewer" : PERMISSIONS[access].role;
  return roleAtLeast(least, "data_scientist") ? least : "data_scientist";
}

const entriesAbout = <About extends ProcedureEntry["about"]>(about: About) =>
  procedures.flatMap(({ name, access }) => {
    const entry = PROCEDURES[name];
    return entry?.about === about ? [{ name, access, entry: entry as Extract<ProcedureEntry, { about: About }> }] : [];
  });

describe("who may call what", () => {
  const database = testDatabase();
  let world: AccessWorld;
  beforeAll(async () => {
    world = await openAccessWorld(database.handle);
  });

  it("knows every procedure, and none that is gone", () => {
    expect(Object.keys(PROCEDURES).toSorted()).toEqual(procedures.map(({ name }) => name).toSorted());
    expect(procedures.filter(({ access }) => access === undefined)).toEqual([]);
  });

  it("leaves open to everybody only what makes the first session", () => {
    const open = procedures.filter(({ access }) => access === "public").map(({ name }) => name);
    expect(open).toEqual(["identity.setupState", "identity.createFirstAdministrator", "identity.invitation", "identity.acceptInvitation", "identity.login"]);
  });

  it.each(procedures.filter(({ access }) => access !== "public"))("$name asks for a session", async ({ name }) => {
    expect(await call(world.visitor, name, undefined)).toMatchObject({ code: "UNAUTHORIZED" });
  });

  it.each(
    procedures
      .flatMap(({ name, access }) => (access && access in PERMISSIONS ? [{ name, role: PERMISSIONS[access as keyof typeof PERMISSIONS].role }] : []))
      .filter(({ role }) => role !== "viewer"),
  )("$name asks for the role $role", async ({ name, role }) => {
    for (const below of ROLES.slice(0, ROLES.indexOf(role)))
      expect(await call(world.outsider(below).api, name, undefined), below).toMatchObject({ code: "FORBIDDEN" });
  });

  it.each(entriesAbout("thing"))("$name: another's private thing is as if it did not exist", async ({ name, access, entry }) => {
    for (const role of new Set<Role>([strangerRole(access), "approver"])) {
      const { api } = world.outsider(role);
      const answer = await call(api, name, entry.input(world.hidden));
      const missing = await call(api, name, entry.input(world.missing));
      expect(answer, role).toMatchObject({ code: "NOT_FOUND" });
      expect(sameWords(answer, world.hidden), `${role} can tell a hidden thing from none`).toEqual(sameWords(missing, world.missing));
    }
  });

  it.each(entriesAbout("thing"))("$name: a stranger in an internal project is $entry.stranger", async ({ name, access, entry }) => {
    const answer = await call(world.outsider(strangerRole(access)).api, name, entry.input(world.open));
    if (entry.stranger === "forbidden") expect(answer).toMatchObject({ code: name.startsWith("scaffolder.") ? "NOT_FOUND" : "FORBIDDEN" });
    else if ("code" in answer)
      expect(["NOT_FOUND", "FORBIDDEN", "UNAUTHORIZED", "INTERNAL_SERVER_ERROR", "BAD_REQUEST"], answer.message).not.toContain(answer.code);
  });

  it.each(entriesAbout("thing").filter(({ access, entry }) => entry.stranger === "forbidden" && access !== "change-request.decide"))(
    "$name: a viewer may not",
    async ({ name, entry }) => {
      expect(await call(world.outsider("viewer").api, name, entry.input(world.open))).toMatchObject({ code: "FORBIDDEN" });
    },
  );

  it.each(entriesAbout("list"))("$name does not show another's private project", async ({ name, entry }) => {
    const inputs = [entry.input?.(world.hidden), ...(entry.filters ?? []).map((filter) => filter(world.hidden))];
    for (const role of ["viewer", "data_scientist", "approver"] as const) {
      if (name.startsWith("scaffolder.") && role === "viewer") continue;
      for (const input of inputs) {
        const answer = await call(world.outsider(role).api, name, input);
        if ("code" in answer) expect(answer.code, `${role} ${JSON.stringify(input)}: ${answer.message}`).toBe("NOT_FOUND");
        else expect(traces(answer.result, world.hidden, input), `${role} ${JSON.stringify(input)}`).toEqual([]);
      }
    }
    const own = await call(world.owner.api, name, entry.input?.(world.hidden));
    expect(own).toHaveProperty("result");
    if (!entry.silent && "result" in own) expect(traces(own.result, world.hidden), "its owner sees it").not.toEqual([]);
  });

  it("counts nothing of a private project for strangers", async () => {
    const stranger = world.outsider("data_scientist").api;
    expect(await call(stranger, "monitoring.openAlerts", undefined)).toEqual(await call(world.outsider("approver").api, "monitoring.openAlerts", undefined));
    const [mine, theirs] = await Promise.all([call(world.owner.api, "monitoring.openAlerts", undefined), call(stranger, "monitoring.openAlerts", undefined)]);
    expect(JSON.stringify(mine)).not.toBe(JSON.stringify(theirs));
    const waitingFor = async (role: Role) => (await approvalCounts(world.outsider(role).ctx)).waiting;
    expect(await waitingFor("approver")).toBe((await waitingFor("admin")) - 1);
  });

  it("changed nothing in the private project on all these ways", async () => {
    expect(await database.db.query.changeRequest.findMany({ where: (row, { eq }) => eq(row.projectId, world.hidden.projectId) })).toMatchObject([
      { status: "open" },
    ]);
    const audited = await database.db.query.auditEvent.findMany();
    expect(audited.filter((event) => event.projectId === world.hidden.projectId)).toEqual([]);
  });
});

/** Parts of the answer that come from the project and were not in the question. */
function traces(result: unknown, things: ProjectThings, asked?: unknown): string[] {
  const [text, question] = [JSON.stringify(result) ?? "", JSON.stringify(asked) ?? ""];
  return Object.values(things).filter((value) => value !== things.pipeline && text.includes(value) && !question.includes(value));
}

/** The refusal with names and ids replaced by what they are, so that two can be compared. */
function sameWords(answer: Answer, things: ProjectThings): unknown {
  let text = JSON.stringify(answer);
  for (const [kind, value] of Object.entries(things).toSorted(([, a], [, b]) => b.length - a.length)) {
    // Some words name a thing as clients of MLflow do, by its id without hyphens.
    text = text.replaceAll(value, `<${kind}>`).replaceAll(value.replaceAll("-", ""), `<${kind}>`);
  }
  return JSON.parse(text);
}
