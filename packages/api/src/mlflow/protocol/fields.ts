import { storableText } from "@trellis/core/kernel/storable-text.ts";
import { ProtocolError } from "./protocol-error.ts";
import { writeWire } from "./wire-json.ts";

/** Turns what was sent (never null or undefined) into a value; throws `FieldFault` when it cannot. */
export type Reader<Value> = { read(sent: unknown): Value; /** A query parameter of this kind may be repeated. */ list?: true };
/** A reader, and what holds when nothing was sent. */
export type Field<Value> = Reader<Value> & { absent: { value: Value } | "refused" };
/** Fields by the name that the code uses; on the wire they are in snake case: `runId` reads `run_id`. */
export type Fields = Record<string, Field<unknown>>;
export type InputOf<F extends Fields> = { [Name in keyof F]: F[Name] extends Field<infer Value> ? Value : never };

/** Marks a field without which the request is refused; an empty text counts as nothing. */
export function required<Value>(reader: Reader<Value>): Field<Value> {
  return { ...reader, absent: "refused" };
}

/** Marks a field that may be missing: then it is null. */
export function optional<Value>(reader: Reader<Value>): Field<Value | null> {
  return { ...reader, absent: { value: null } };
}

/** Marks a field that has a value of its own when it is missing. */
export function orElse<Value>(reader: Reader<Value>, value: Value): Field<Value> {
  return { ...reader, absent: { value } };
}

/** What is wrong with a value, and where: `path` grows while the fault travels up. */
class FieldFault extends Error {
  readonly missing: boolean;
  readonly hint: string;
  path: (string | number)[] = [];

  constructor(hint: string, missing = false) {
    super(hint);
    this.missing = missing;
    this.hint = hint;
  }
}

/** Refuses the value that is being read; `hint` completes "Invalid value 7 for parameter 'x' supplied: ". */
export function refuse(hint: string): never {
  throw new FieldFault(hint);
}

/** Text; what no database can hold (NUL, half a surrogate pair) is left out. */
export const text: Reader<string> = {
  read(sent) {
    if (typeof sent !== "string") refuse("It must be a string.");
    return sent.includes("\0") || !sent.isWellFormed() ? storableText(sent) : sent;
  },
};

const [LEAST_I64, GREATEST_I64] = [-(2n ** 63n), 2n ** 63n - 1n];

/** A whole number of 64 bits, as a number or as its digits. */
export const int64: Reader<bigint> = {
  read(sent) {
    if (Number.isSafeInteger(sent)) return BigInt(sent as number);
    const value =
      typeof sent === "number" && Number.isInteger(sent)
        ? BigInt(sent)
        : typeof sent === "bigint"
          ? sent
          : typeof sent === "string" && /^-?\d{1,20}$/.test(sent)
            ? BigInt(sent)
            : refuse("It must be a whole number.");
    return value >= LEAST_I64 && value <= GREATEST_I64 ? value : refuse("It is beyond 64 bits.");
  },
};

/** A whole number that JavaScript holds exactly, for counts. */
export const integer: Reader<number> = {
  read(sent) {
    const value = Number(int64.read(sent));
    return Number.isSafeInteger(value) ? value : refuse("It is too large.");
  },
};

const NOT_FINITE: Record<string, number> = { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY, "-Infinity": Number.NEGATIVE_INFINITY };

/** A double, as a number, as its digits, or as the word for what is no finite number. */
export const double: Reader<number> = {
  read(sent) {
    if (typeof sent === "number") return sent;
    if (typeof sent === "bigint") return Number(sent);
    if (typeof sent !== "string") refuse("It must be a number.");
    const value = NOT_FINITE[sent] ?? (sent.trim() === "" ? Number.NaN : Number(sent));
    return Number.isNaN(value) && sent !== "NaN" ? refuse("It must be a number.") : value;
  },
};

/** True or false, as such or, in a query, as a word. */
export const flag: Reader<boolean> = {
  read(sent) {
    if (typeof sent === "boolean") return sent;
    return sent === "true" ? true : sent === "false" ? false : refuse("It must be true or false.");
  },
};

/** A page token; an empty one is none. */
export const pageToken: Reader<string | null> = { read: (sent) => text.read(sent) || null };

/** One of these words. */
export function oneOf<Word extends string>(...words: Word[]): Reader<Word> {
  return { read: (sent) => words.find((word) => word === sent) ?? refuse(`It must be one of ${words.join(", ")}.`) };
}

/** What another reader reads, taken further, e.g. from an id of the protocol to one of ours. */
export function mapped<From, To>(reader: Reader<From>, map: (value: From) => To): Reader<To> {
  return { read: (sent) => map(reader.read(sent)) };
}

/** A list. */
export function list<Item>(item: Reader<Item>): Reader<Item[]> {
  return {
    list: true,
    read(sent) {
      if (!Array.isArray(sent)) refuse("It must be a list.");
      const items: Item[] = [];
      for (let index = 0; index < sent.length; index += 1) {
        try {
          items.push(item.read(sent[index]));
        } catch (error) {
          throw within(index, error);
        }
      }
      return items;
    },
  };
}

/** An object with these fields; others are ignored. */
export function record<F extends Fields>(
  fields: F,
): Reader<InputOf<F>> & { /** Names on the wire of the fields that are lists. */ lists: ReadonlySet<string> } {
  // Older clients still say `run_uuid`.
  const entries = Object.entries(fields).map(([name, field]) => ({ name, wire: wireName(name), older: name === "runId" ? "run_uuid" : null, field }));
  return {
    lists: new Set(entries.filter(({ field }) => field.list).map(({ wire }) => wire)),
    read(sent) {
      if (typeof sent !== "object" || sent === null || Array.isArray(sent)) refuse("It must be an object.");
      const source = sent as Record<string, unknown>;
      const input: Record<string, unknown> = {};
      for (const { name, wire, older, field } of entries) {
        const value = source[wire] ?? (older ? source[older] : undefined);
        try {
          if (value !== undefined && value !== null && !(value === "" && field.absent === "refused")) input[name] = field.read(value);
          else if (field.absent === "refused") throw new FieldFault("", true);
          else input[name] = field.absent.value;
        } catch (error) {
          throw within(wire, error);
        }
      }
      return input as InputOf<F>;
    },
  };
}

/** `experimentIds` as it is on the wire. */
export function wireName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const MAX_ECHO = 1_000;

/** The refusal that names the parameter. `sent` is what was sent, with numbers as they were written. */
export function describeFault(error: unknown, sent: () => unknown): unknown {
  if (!(error instanceof FieldFault)) return error;
  const name = error.path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
  if (error.missing) return new ProtocolError("INVALID_PARAMETER_VALUE", `Missing value for required parameter '${name}'.`);
  let value = sent();
  for (const part of error.path) value = (value as Record<string | number, unknown> | undefined)?.[part];
  const echo = (writeWire(value) ?? "null").slice(0, MAX_ECHO);
  return new ProtocolError("INVALID_PARAMETER_VALUE", `Invalid value ${echo} for parameter '${name}' supplied: ${error.hint}`);
}

function within(part: string | number, error: unknown): unknown {
  if (error instanceof FieldFault) error.path.unshift(part);
  return error;
}
