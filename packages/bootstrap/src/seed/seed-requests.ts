import {
  approveChangeRequest,
  commentOnChangeRequest,
  deploymentNameOf,
  listChangeRequests,
  rejectChangeRequest,
  requestDeployment,
  rollbackDeployment,
  withdrawChangeRequest,
} from "@trellis/core/delivery/index.ts";
import { isCoreError } from "@trellis/core/kernel/errors.ts";
import type { SeedProject } from "./company.ts";
import type { SeededPeople } from "./seed-people.ts";
import type { TrainedVersion } from "./seed-training.ts";
import type { SeedTraffic } from "./seed-traffic.ts";
import type { SeedWorldContext } from "./seed-world.ts";
import { settle } from "./settle.ts";

const APPROVERS = ["ines.moreau", "tomasz.wolny", "amara.okafor"];
const HOUR_S = 3_600;

type Scene = { world: SeedWorldContext; people: SeededPeople; traffic: SeedTraffic; project: SeedProject };

/** What people do with a new version of a project, by its story. */
export async function promote(scene: Scene, { id, version }: TrainedVersion): Promise<void> {
  const { project } = scene;
  const ask = (environment: string, reason: string) => requestDeployment(scene.people.person(project.owner), { versionId: id, environment, reason });
  switch (project.story) {
    case "training":
      return;
    case "staging":
      if (version % 2 === 0) await answered(scene, () => ask("staging", "To try it with the dispatch desk."));
      return;
    case "asking":
      if (version === 3 || version === 5)
        await ask("production", version === 3 ? "First version for production." : "Clearly better than version 3, and its card says where it fails.");
      return;
    case "broken":
      if (version === 2)
        await approve(
          scene,
          (await ask("production", "First version that beats the rule of thumb.")).changeRequestId,
          "Looks right. The card names the limits.",
        );
      if (version === 4) {
        scene.world.refuse(
          `${deploymentNameOf(project.slug, "production")}@4`,
          "The process ended 5 times.\nTraceback (most recent call last):\nKeyError: 'terminal'",
        );
        await approve(scene, (await ask("production", "Knows the new terminal.")).changeRequestId, "Go ahead.");
      }
      return;
    case "rolled-back":
      if (version === 2 || version === 4)
        await approve(scene, (await ask("production", version === 2 ? "First version." : "More months of data.")).changeRequestId, "Fine by me.");
      if (version === 4) await rollBack(scene);
      return;
    case "deployed":
      return deployOften(scene, version, (reason) => ask("production", reason));
  }
}

async function deployOften(scene: Scene, version: number, ask: (reason: string) => Promise<{ changeRequestId: string }>): Promise<void> {
  const { people, project } = scene;
  const [reviewer = ""] = approversOf(project);
  if (version === 2)
    return approve(scene, (await ask("First version that beats the rule of thumb.")).changeRequestId, "Looks right. The card names the limits.");
  if (version === 4) {
    const { changeRequestId } = await ask("Slightly better, and trained on the newest weeks.");
    await comment(scene, reviewer, changeRequestId, "The gain is within the noise of the last three runs. Is it worth a change before the holidays?");
    return rejectChangeRequest(people.person(reviewer), { changeRequest: changeRequestId, reason: "Too small a gain for a change this week." }).then(
      () => undefined,
    );
  }
  if (version === 5) {
    const { changeRequestId } = await ask("With the corrected data.");
    scene.world.clock.advance(2 * HOUR_S);
    await withdrawChangeRequest(people.person(project.owner), {
      changeRequest: changeRequestId,
      reason: "One column was still wrong; the next run has it right.",
    });
  }
  if (version === 6 || version === 9) {
    const { changeRequestId } = await ask("Better on every metric that counts.");
    await comment(
      scene,
      project.members[0] ?? project.owner,
      changeRequestId,
      "I compared both on last week's cases by hand. The new one is right more often where it matters.",
    );
    return approve(scene, changeRequestId, "Agreed.");
  }
  if (version >= 10 && project.slug === "fare-response") await ask("Follows the summer fares.");
}

/** An approver decides what runs have asked for by themselves since drift was found. */
export async function decideRetrained(scene: Scene): Promise<void> {
  const { items } = await listChangeRequests(scene.people.administrator, { project: scene.project.slug, status: ["open"] });
  for (const { id, openedByRun } of items) if (openedByRun) await approve(scene, id, "The drift is real: the sales window has moved. Take it.");
}

async function approve(scene: Scene, changeRequest: string, words: string): Promise<void> {
  const { world, people } = scene;
  world.clock.advance(world.random.whole(1, 7) * HOUR_S);
  const approver = people.person(world.random.pick(approversOf(scene.project)));
  await answered(scene, async () => {
    try {
      await approveChangeRequest(approver, { changeRequest, comment: words });
    } catch (error) {
      // A gate has said no: people say so too.
      if (!isCoreError(error) || error.code !== "PRECONDITION_FAILED") throw error;
      await rejectChangeRequest(approver, { changeRequest, reason: "A gate fails. Train again and ask anew." });
    }
  });
}

/** Who may decide: a private project is seen by its members alone. */
function approversOf({ visibility, members }: SeedProject): string[] {
  return visibility === "private" ? APPROVERS.filter((key) => members.includes(key)) : APPROVERS;
}

/** Traffic up to now goes to the version that answers now; then the world follows git. */
async function answered({ world, traffic }: Scene, act: () => Promise<unknown>): Promise<void> {
  await traffic.catchUp();
  await act();
  await settle(world);
}

async function comment({ world, people }: Scene, key: string, changeRequest: string, message: string): Promise<void> {
  world.clock.advance(HOUR_S / 2);
  await commentOnChangeRequest(people.person(key), { changeRequest, message });
}

async function rollBack(scene: Scene): Promise<void> {
  const { world, people, project } = scene;
  world.clock.advance(9 * HOUR_S);
  await answered(scene, () =>
    rollbackDeployment(people.person(project.owner), {
      deployment: deploymentNameOf(project.slug, "production"),
      reason: "The call centre saw gold members on the list.",
    }),
  );
}
