import type { ProtocolModel, ProtocolVersion } from "@trellis/core/registry/index.ts";
import { protocolModelId } from "@trellis/core/tracking/index.ts";
import { wireInteger, wireList } from "./wire-json.ts";

/** A registered model as it goes to a client. */
export function wireModel(model: ProtocolModel): object {
  return {
    name: model.name,
    creation_timestamp: wireInteger(model.createdAt.getTime()),
    last_updated_timestamp: wireInteger(model.updatedAt.getTime()),
    user_id: model.createdBy ?? undefined,
    description: model.description || undefined,
    latest_versions: wireList(model.latestVersions, wireVersion),
    tags: wireTags(model.tags),
    aliases: wireList(model.aliases, ({ alias, version }) => ({ alias, version: String(version) })),
  };
}

/** A version as it goes to a client. */
export function wireVersion(version: ProtocolVersion): object {
  return {
    name: version.model,
    version: String(version.version),
    creation_timestamp: wireInteger(version.createdAt.getTime()),
    last_updated_timestamp: wireInteger(version.updatedAt.getTime()),
    user_id: version.userName || undefined,
    current_stage: version.stage,
    description: version.description || undefined,
    source: version.source || undefined,
    run_id: version.runRef || undefined,
    run_link: version.runLink || undefined,
    // A version is whole once it is there.
    status: "READY",
    tags: wireTags(version.tags),
    aliases: version.aliases.length > 0 ? version.aliases : undefined,
    model_id: version.loggedModelId ? protocolModelId(version.loggedModelId) : undefined,
  };
}

function wireTags(tags: Record<string, string>): object[] | undefined {
  return wireList(
    Object.entries(tags).toSorted(([left], [right]) => (left < right ? -1 : 1)),
    ([key, value]) => ({ key, value }),
  );
}
