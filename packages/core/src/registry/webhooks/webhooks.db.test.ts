import { createHmac } from "node:crypto";
import { jobOutbox, projectMember, registryWebhook, user } from "@trellis/db/schema";
import { testDatabase } from "@trellis/db/testing";
import { eq } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import type { CoreContext } from "../../kernel/context.ts";
import {
  createModelVersion,
  createRegisteredModel,
  createWebhook,
  deleteWebhook,
  deliverWebhook,
  getWebhook,
  listWebhookDeliveries,
  listWebhooks,
  setModelVersionTag,
  setRegisteredModelAlias,
  testWebhook,
  updateWebhook,
} from "../index.ts";
import { MAX_DELIVERY_ATTEMPTS } from "../jobs.ts";
import { SecretBoxCapability, WebhookSenderCapability } from "../ports.ts";
import { FakeWebhookSender, fakeSecretBox } from "../testing/fake-webhook-ports.ts";
import { openRegistryLab, type RegistryLab } from "../testing/registry-lab.ts";

const database = testDatabase();
let lab: RegistryLab;
let sender: FakeWebhookSender;

beforeEach(async () => {
  sender = new FakeWebhookSender();
  lab = await openRegistryLab(database.handle, [
    [WebhookSenderCapability, sender],
    [SecretBoxCapability, fakeSecretBox],
  ]);
  await lab.system.db.delete(registryWebhook);
  await lab.system.db.delete(jobOutbox);
});

const hook = (more: object = {}, ctx: CoreContext = lab.ada) =>
  createWebhook(ctx, { scope: lab.scope, name: "ci", url: "https://ci.example.org/hook", events: ["model_version.created"], ...more });

/** Does the jobs that wait, as the worker does, and says what each threw. */
async function work(): Promise<unknown[]> {
  const jobs = await lab.system.db.delete(jobOutbox).where(eq(jobOutbox.name, "registry.deliver-webhook")).returning();
  const results = await Promise.allSettled(jobs.map((job) => deliverWebhook(lab.system, job.payload as { deliveryId: string })));
  return results.map((result) => (result.status === "rejected" ? (result.reason as unknown) : null));
}

async function register(): Promise<string> {
  const name = lab.name("delays");
  await createRegisteredModel(lab.ada, { scope: lab.scope, name });
  await createModelVersion(lab.ada, { model: name, source: "s3://bucket/m" });
  return name;
}

describe("webhooks", () => {
  it("are told of what they asked for, signed, and only once", async () => {
    const made = await hook({ secret: "swordfish", events: ["model_version.created", "model_version_alias.created"] });
    expect(made).not.toHaveProperty("secret");
    const [row] = await lab.system.db.select().from(registryWebhook).where(eq(registryWebhook.id, made.id));
    expect(JSON.stringify(row)).not.toContain("swordfish");
    const name = await register();
    await setModelVersionTag(lab.ada, { model: name, version: 1, key: "a", value: "b" });
    await setRegisteredModelAlias(lab.ada, { name, alias: "champion", version: 1 });
    expect(await work()).toEqual([null, null]);
    const [created, alias] = sender.sent;
    expect(JSON.parse(created?.body ?? "")).toMatchObject({
      entity: "model_version",
      action: "created",
      data: { name, version: "1", source: "s3://bucket/m" },
    });
    expect(JSON.parse(alias?.body ?? "")).toMatchObject({ entity: "model_version_alias", data: { name, alias: "champion", version: "1" } });
    const { "X-MLflow-Delivery-Id": id, "X-MLflow-Timestamp": timestamp, "X-MLflow-Signature": signature } = created?.headers ?? {};
    expect(signature).toBe(`v1,${createHmac("sha256", "swordfish").update(`${id}.${timestamp}.${created?.body}`).digest("base64")}`);
    expect(Number(timestamp)).toBe(lab.clock.now.getTime() / 1000);
    const { items } = await listWebhookDeliveries(lab.ada, { id: made.id });
    expect(items.map((item) => [item.event, item.status, item.responseStatus, item.attempts])).toEqual([
      ["model_version_alias.created", "delivered", 200, 1],
      ["model_version.created", "delivered", 200, 1],
    ]);
    await deliverWebhook(lab.system, { deliveryId: id ?? "" });
    expect(sender.sent).toHaveLength(2);
  });

  it("are tried again while the other side may yet answer, and given up at last", async () => {
    const made = await hook();
    await register();
    sender.answer = () => ({ status: 503, body: "busy" });
    const [job] = await lab.system.db.select().from(jobOutbox).where(eq(jobOutbox.name, "registry.deliver-webhook"));
    const payload = job?.payload as { deliveryId: string };
    for (let attempt = 1; attempt < MAX_DELIVERY_ATTEMPTS; attempt += 1)
      await expect(deliverWebhook(lab.system, payload)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect((await listWebhookDeliveries(lab.ada, { id: made.id })).items[0]).toMatchObject({ status: "waiting", error: "It answered with status 503." });
    await deliverWebhook(lab.system, payload);
    expect((await listWebhookDeliveries(lab.ada, { id: made.id })).items[0]).toMatchObject({ status: "failed", attempts: MAX_DELIVERY_ATTEMPTS });
  });

  it("are not tried again when the other side refuses, or when they were disabled meanwhile", async () => {
    const made = await hook();
    await register();
    sender.answer = () => ({ status: 404, body: "" });
    expect(await work()).toEqual([null]);
    const name = lab.name("second");
    await createRegisteredModel(lab.ada, { scope: lab.scope, name });
    await createModelVersion(lab.ada, { model: name, source: "s3://x" });
    await updateWebhook(lab.ada, { id: made.id, status: "DISABLED" });
    expect(await work()).toEqual([null]);
    expect((await listWebhookDeliveries(lab.ada, { id: made.id })).items.map((item) => [item.status, item.responseStatus])).toEqual([
      ["failed", null],
      ["failed", 404],
    ]);
    await createModelVersion(lab.ada, { model: name, source: "s3://x" });
    expect(await work()).toEqual([]);
  });

  it("hear only of what their owner may see at that moment", async () => {
    const bens = await hook({ scope: { projectId: null } }, lab.ben);
    const adas = await hook({ scope: { projectId: null } });
    await register();
    await work();
    expect((await listWebhookDeliveries(lab.ada, { id: adas.id })).items).toHaveLength(1);
    expect((await listWebhookDeliveries(lab.ben, { id: bens.id })).items).toEqual([]);
    const benId = lab.ben.actor.kind === "user" ? lab.ben.actor.userId : "";
    await lab.system.db.insert(projectMember).values({ projectId: lab.projectId, userId: benId, role: "contributor", createdAt: lab.clock.now });
    const name = lab.name("second");
    await createRegisteredModel(lab.ada, { scope: lab.scope, name });
    await createModelVersion(lab.ada, { model: name, source: "s3://x" });
    expect((await listWebhookDeliveries(lab.ben, { id: bens.id })).items).toHaveLength(1);
    await lab.system.db.update(user).set({ disabledAt: lab.clock.now }).where(eq(user.id, benId));
    await createModelVersion(lab.ada, { model: name, source: "s3://x" });
    expect((await listWebhookDeliveries(lab.ben, { id: bens.id })).items).toHaveLength(1);
  });

  it("belong to their owner, or to the members of their project", async () => {
    const own = await hook({ scope: { projectId: null } });
    const ofProject = await hook({ name: "project" });
    for (const id of [own.id, ofProject.id, lab.system.newId(), "x"]) {
      await expect(getWebhook(lab.ben, { id })).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(deleteWebhook(lab.ben, { id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
    await expect(hook({}, lab.ben)).rejects.toMatchObject({ code: "NOT_FOUND" });
    const benId = lab.ben.actor.kind === "user" ? lab.ben.actor.userId : "";
    await lab.system.db.insert(projectMember).values({ projectId: lab.projectId, userId: benId, role: "contributor", createdAt: lab.clock.now });
    expect((await listWebhooks(lab.ben, { scope: { projectId: null } })).webhooks.map((one) => one.name)).toEqual(["project"]);
    expect(await updateWebhook(lab.ben, { id: ofProject.id, description: "Ours", events: ["registered_model.created"] })).toMatchObject({
      description: "Ours",
      events: ["registered_model.created"],
      url: "https://ci.example.org/hook",
    });
    await deleteWebhook(lab.ben, { id: ofProject.id });
    expect((await listWebhooks(lab.ada, { scope: { projectId: null } })).webhooks.map((one) => one.id)).toEqual([own.id]);
  });

  it("refuse addresses, events and names that cannot be", async () => {
    for (const wrong of [
      { url: "http://x" },
      { events: [] },
      { events: ["budget_policy.exceeded"] },
      { name: "-a" },
      { secret: "a\0" },
      { description: "x".repeat(1001) },
    ])
      await expect(hook(wrong)).rejects.toMatchObject({ code: "INVALID" });
    await expect(listWebhooks(lab.ada, { scope: lab.scope, maxResults: 0 })).rejects.toMatchObject({ code: "INVALID" });
    await expect(listWebhooks(lab.ada, { scope: lab.scope, pageToken: "x" })).rejects.toMatchObject({ code: "INVALID" });
  });

  it("can be tested, with an example", async () => {
    const made = await hook({ secret: "s" });
    expect(await testWebhook(lab.ada, { id: made.id })).toEqual({ success: true, responseStatus: 200, responseBody: "thanks", error: "" });
    expect(JSON.parse(sender.sent[0]?.body ?? "")).toMatchObject({ entity: "model_version", data: { name: "example_model" } });
    sender.answer = () => ({ status: 500, body: "no" });
    expect(await testWebhook(lab.ada, { id: made.id, event: "prompt.created" })).toMatchObject({ success: false, responseStatus: 500 });
    await expect(testWebhook(lab.ada, { id: made.id, event: "x.y" })).rejects.toMatchObject({ code: "INVALID" });
  });

  it("are listed page by page", async () => {
    for (const name of ["a", "b", "c"]) await hook({ name });
    const first = await listWebhooks(lab.ada, { scope: lab.scope, maxResults: 2 });
    const second = await listWebhooks(lab.ada, { scope: lab.scope, maxResults: 2, pageToken: first.nextPageToken });
    expect([...first.webhooks, ...second.webhooks].map((one) => one.name)).toEqual(["c", "b", "a"]);
    expect(second.nextPageToken).toBeNull();
  });
});
