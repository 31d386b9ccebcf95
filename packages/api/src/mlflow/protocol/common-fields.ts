import type { KeyValue } from "@trellis/core/tracking/domain/limits.ts";
import { experimentIdOfProtocol, modelIdOfProtocol, runIdOfProtocol } from "@trellis/core/tracking/domain/protocol-ids.ts";
import { mapped, orElse, type Reader, record, refuse, required, text } from "./fields.ts";

/** Id of a run, as a UUID; NOT_FOUND in the protocol's words for what cannot be one. */
export const runId: Reader<string> = mapped(text, runIdOfProtocol);

/** Id of a logged model, as a UUID. */
export const modelId: Reader<string> = mapped(text, modelIdOfProtocol);

/** Number of an experiment. */
export const experimentId: Reader<number> = mapped(text, experimentIdOfProtocol);

/** Number of a model's version, which clients send as text; INVALID in the protocol's words for what is no number. */
export const versionNumber: Reader<number> = {
  read(sent) {
    const digits = typeof sent === "number" || typeof sent === "bigint" ? String(sent) : sent;
    if (typeof digits !== "string" || !/^-?\d{1,30}$/.test(digits)) refuse("Parameter 'version' must be an integer.");
    return Number(digits);
  },
};

/** A tag or a parameter; without a value, its value is the empty text. */
export const keyValue: Reader<KeyValue> = record({ key: required(text), value: orElse(text, "") });

/** A word of an enumeration, by its name or, as some clients send it, by its number, which counts from 1. */
export function enumeration<Word extends string>(...words: Word[]): Reader<Word> {
  return {
    read(sent) {
      const byName = words.find((word) => word === sent);
      const byNumber = typeof sent === "number" || (typeof sent === "string" && /^\d$/.test(sent)) ? words[Number(sent) - 1] : undefined;
      return byName ?? byNumber ?? refuse(`It must be one of ${words.join(", ")}.`);
    },
  };
}

const VIEWS = { ACTIVE_ONLY: "active", DELETED_ONLY: "deleted", ALL: "all" } as const;

/** Which of deletable things a search looks at. */
export const view: Reader<(typeof VIEWS)[keyof typeof VIEWS]> = mapped(enumeration("ACTIVE_ONLY", "DELETED_ONLY", "ALL"), (word) => VIEWS[word]);
