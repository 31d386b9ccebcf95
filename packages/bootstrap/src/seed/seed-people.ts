import { randomBytes } from "node:crypto";
import { acceptInvitation, createFirstAdministrator, createTeam, inviteUser } from "@trellis/core/identity/index.ts";
import type { CoreContext } from "@trellis/core/kernel/context.ts";
import { user } from "@trellis/db/schema";
import { and, asc, eq, isNull } from "drizzle-orm";
import { COMPANY_DOMAIN, PEOPLE, TEAMS } from "./company.ts";
import type { SeedWorldContext } from "./seed-world.ts";

/** A way in that the seed has made; shown once, kept nowhere. */
export type SeedAccount = { name: string; email: string; role: string; password: string };

export type SeededPeople = {
  administrator: CoreContext;
  /** The person with this key (the local part of the address). */
  person(key: string): CoreContext;
  /** Id of a team by its slug. */
  teamId(slug: string): string;
  /** The administrator's account when the seed has made it, then everybody else's. */
  accounts: SeedAccount[];
};

/** Invites everybody and makes the teams, as an administrator does. Uses the administrator that is there already. */
export async function seedPeople(world: SeedWorldContext): Promise<SeededPeople> {
  const accounts: SeedAccount[] = [];
  const administrator = await findOrMakeAdministrator(world, accounts);
  const people = new Map<string, CoreContext>();
  for (const { key, name, role } of PEOPLE) {
    world.clock.advance(900);
    const email = `${key}@${COMPANY_DOMAIN}`;
    const password = randomBytes(12).toString("base64url");
    const { token } = await inviteUser(administrator, { email, role });
    await acceptInvitation(world.system, { token, name, password });
    people.set(key, await contextOf(world, email));
    accounts.push({ name, email, role, password });
  }
  const teams = new Map<string, string>();
  for (const { slug, name } of TEAMS) {
    const userIds = PEOPLE.filter((person) => person.team === slug).map((person) => userIdOf(need(people, person.key)));
    teams.set(slug, (await createTeam(administrator, { slug, name, userIds })).id);
  }
  return { administrator, person: (key) => need(people, key), teamId: (slug) => need(teams, slug), accounts };
}

/** Id of the person who acts. */
export function userIdOf(ctx: CoreContext): string {
  if (ctx.actor.kind !== "user") throw new Error("It is not a person.");
  return ctx.actor.userId;
}

async function findOrMakeAdministrator(world: SeedWorldContext, accounts: SeedAccount[]): Promise<CoreContext> {
  const [present] = await world.system.db
    .select()
    .from(user)
    .where(and(eq(user.role, "admin"), isNull(user.disabledAt)))
    .orderBy(asc(user.createdAt))
    .limit(1);
  if (present) return contextOf(world, present.email);
  const given = world.trellis.environment.administrator;
  const email = given?.email ?? `ada.keller@${COMPANY_DOMAIN}`;
  const password = given?.password ?? randomBytes(12).toString("base64url");
  await createFirstAdministrator(world.system, { name: "Ada Keller", email, password });
  accounts.push({ name: "Ada Keller", email, role: "admin", password });
  return contextOf(world, email);
}

/** The person's context; the account says that it was made when the company's clock says so. */
async function contextOf(world: SeedWorldContext, email: string): Promise<CoreContext> {
  const [row] = await world.system.db.update(user).set({ createdAt: world.clock.now() }).where(eq(user.email, email.toLowerCase())).returning();
  if (!row) throw new Error(`There is no account ${email}.`);
  const role = PEOPLE.find(({ key }) => email === `${key}@${COMPANY_DOMAIN}`)?.role ?? "admin";
  return world.as({ kind: "user", userId: row.id, name: row.name, email: row.email, role });
}

function need<Value>(map: Map<string, Value>, key: string): Value {
  const value = map.get(key);
  if (value === undefined) throw new Error(`The seed has no ${key}.`);
  return value;
}
