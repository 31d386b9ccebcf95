import { createAuth } from "@trellis/auth";
import { SourceHostCapability } from "@trellis/core/catalog/ports.ts";
import { MemorySourceHost } from "@trellis/core/catalog/testing/memory-source-host.ts";
import { ensureEnvironmentsRepository } from "@trellis/core/delivery/index.ts";
import { AccountStoreCapability } from "@trellis/core/identity/index.ts";
import { ROLES, type CoreContext, type Role } from "@trellis/core/kernel/context.ts";
import { testContext } from "@trellis/core/kernel/testing/test-context.ts";
import { PythonEnvironmentsCapability, SigningKeysCapability } from "@trellis/core/pipelines/ports.ts";
import { FakeEnvironments } from "@trellis/core/pipelines/testing/fake-environments.ts";
import { TemplateCatalogCapability, TemplateEngineCapability } from "@trellis/core/scaffolder/ports.ts";
import { MemoryTemplateCatalog } from "@trellis/core/scaffolder/testing/memory-template-catalog.ts";
import { plainTemplateEngine } from "@trellis/core/scaffolder/testing/plain-template-engine.ts";
import { MANIFEST } from "@trellis/core/scaffolder/testing/scaffolder-lab.ts";
import { DeployTargetCapability, ServingFoldersCapability } from "@trellis/core/serving/ports.ts";
import { FakeDeployTarget } from "@trellis/core/serving/testing/fake-deploy-target.ts";
import { ArtifactStoreCapability } from "@trellis/core/tracking/ports.ts";
import { MemoryArtifactStore } from "@trellis/core/tracking/testing/memory-artifact-store.ts";
import type { DatabaseHandle } from "@trellis/db";
import { environment } from "@trellis/db/schema";
import { eq } from "drizzle-orm";
import { createApiDoor } from "../../api-door.ts";
import { ChangeFeed } from "../../live/change-feed.ts";
import type { ApiServices } from "../../services.ts";
import type { ApiContext } from "../../trpc/trpc.ts";
import { makeProjectRows, newThings } from "./project-rows.ts";

export const PASSWORD = "correct horse battery";

export type AccessWorld = Awaited<ReturnType<typeof openAccessWorld>>;
/** A person, the context in which they act, and their token. */
export type Person = { ctx: CoreContext; userId: string; email: string; token: string; tokenId: string; api: ApiContext };

/**
 * A portal's doors on a test database with real accounts: one private project (`zebra`) and one internal one (`heron`), each
 * with a row of everything, owned by one person; people of every role who are in neither.
 */
export async function openAccessWorld(database: DatabaseHandle) {
  const { db } = database;
  const auth = createAuth(db, "a secret of the test that is long enough");
  const [sources, store] = [new MemorySourceHost(), new MemoryArtifactStore()];
  const core = testContext({
    db,
    ports: [
      [SourceHostCapability, sources],
      [ArtifactStoreCapability, store],
      [PythonEnvironmentsCapability, new FakeEnvironments()],
      [SigningKeysCapability, { derive: (purpose: string) => Buffer.from(purpose) }],
      [TemplateCatalogCapability, new MemoryTemplateCatalog({ small: { "template.yaml": MANIFEST, "skeleton/trellis.yaml": "version: 1\n" } })],
      [TemplateEngineCapability, plainTemplateEngine],
      [DeployTargetCapability, new FakeDeployTarget("/nonexistent/serving")],
      [ServingFoldersCapability, { inference: "/nonexistent/inference", workloads: "/nonexistent/serving" }],
      [AccountStoreCapability, auth.accountStore],
    ],
  });
  const changes = new ChangeFeed();
  const services: ApiServices = {
    tokens: auth.tokens,
    changes,
    health: async () => ({ database: "ok" }),
    providers: () => [],
    clientPackage: async () => ({ fileName: "client.whl", content: Buffer.from("a wheel") }),
    about: { version: "0.0.0", databaseKind: database.kind, startedAt: new Date(0) },
  };

  async function person(name: string, role: Role): Promise<Person> {
    const email = `${name.toLowerCase()}@example.org`;
    const { userId } = await auth.accountStore.createUser({ name, email, password: PASSWORD, role });
    const actor = { kind: "user" as const, userId, name, email, role };
    const ctx: CoreContext = { ...core, actor };
    const { token, id: tokenId } = await auth.tokens.create(ctx, { name: "test" });
    return { ctx, userId, email, token, tokenId, api: { core: ctx, services, signedIn: true } };
  }

  const owner = await person("Olga", "data_scientist");
  const outsiders = new Map<Role, Person>();
  for (const role of ROLES) outsiders.set(role, await person(`Outsider_${role}`, role));
  await ensureEnvironmentsRepository(core);
  const [production] = await db.select().from(environment).where(eq(environment.name, "production"));
  const environmentId = production?.id ?? "";
  const make = { db, sources, store, ownerId: owner.userId, environmentId };

  return {
    database,
    auth,
    core,
    services,
    changes,
    door: createApiDoor({ core, auth, services }),
    visitor: { core, services, signedIn: false },
    person,
    owner,
    /** A person of this role who is in no project. */
    outsider(role: Role): Person {
      const found = outsiders.get(role);
      if (!found) throw new Error(`There is no ${role}.`);
      return found;
    },
    /** The private project. */
    hidden: await makeProjectRows({ ...make, word: "zebra", visibility: "private" }),
    /** The internal project. */
    open: await makeProjectRows({ ...make, word: "heron", visibility: "internal" }),
    /** Names of things that do not exist. */
    missing: { ...newThings("quokka"), word: "quokka" },
  };
}
