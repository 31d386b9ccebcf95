import type { Signature, SignatureField } from "@trellis/db/schema";

/** What callers of the live version would notice if the new one took its place. */
export type SignatureChange = { text: string; /** True when a request or a reader that works today would break. */ breaks: boolean };

/** Compares what the live version takes and gives with what the new one would. */
export function compareSignatures(live: Signature, next: Signature): SignatureChange[] {
  return [...compareInputs(live.inputs, next.inputs), ...compareOutputs(live.outputs, next.outputs)];
}

function compareInputs(live: SignatureField[], next: SignatureField[]): SignatureChange[] {
  const before = new Map(live.map((field) => [field.name, field]));
  const after = new Map(next.map((field) => [field.name, field]));
  const changes: SignatureChange[] = [];
  for (const field of next) {
    const old = before.get(field.name);
    const isNeeded = field.required !== false;
    if (!old) changes.push({ text: `new ${isNeeded ? "required" : "optional"} input ${field.name} (${field.type})`, breaks: isNeeded });
    else if (!accepts(field, old)) changes.push({ text: `input ${field.name} changes from ${old.type} to ${field.type}`, breaks: true });
    else if (isNeeded && old.required === false) changes.push({ text: `input ${field.name} becomes required`, breaks: true });
  }
  // Unknown features are refused, so a caller that still sends it would break.
  for (const field of live) if (!after.has(field.name)) changes.push({ text: `input ${field.name} is not taken any more`, breaks: true });
  return changes;
}

function compareOutputs(live: SignatureField[], next: SignatureField[]): SignatureChange[] {
  const before = new Map(live.map((field) => [field.name, field]));
  const after = new Map(next.map((field) => [field.name, field]));
  const changes: SignatureChange[] = [];
  for (const field of live) {
    const now = after.get(field.name);
    if (!now) changes.push({ text: `output ${field.name} is gone`, breaks: true });
    else if (now.type !== field.type) changes.push({ text: `output ${field.name} changes from ${field.type} to ${now.type}`, breaks: true });
  }
  for (const field of next) if (!before.has(field.name)) changes.push({ text: `new output ${field.name} (${field.type})`, breaks: false });
  return changes;
}

/** A double takes whole numbers too. */
function accepts(now: SignatureField, before: SignatureField): boolean {
  return now.type === before.type || (now.type === "double" && before.type === "integer");
}
