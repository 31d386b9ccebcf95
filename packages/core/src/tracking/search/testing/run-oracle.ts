import type { Condition, Test } from "../../domain/search/filter.ts";
import type { Order } from "../../domain/search/order-by.ts";
import type { Subject } from "../../domain/search/resolve-field.ts";
import type { FilterAttribute, OrderAttribute } from "../../domain/search/targets.ts";

/** A run as a test lays it down. */
export type PlainRun = {
  id: string;
  experimentId: number;
  name: string;
  status: string;
  startTime: number;
  endTime: number | null;
  metrics: Record<string, number>;
  params: Record<string, string>;
  tags: Record<string, string>;
};

/** What a search must give, computed in memory by the words of the protocol: the specification that the statements are held against. */
export function expectedRuns(
  runs: readonly PlainRun[],
  filter: readonly Condition<FilterAttribute<"runs">>[],
  orders: readonly Order<OrderAttribute<"runs">>[],
): string[] {
  const all: Order<OrderAttribute<"runs">>[] = [
    ...orders,
    { subject: { entity: "attribute", key: "start_time" }, descending: true },
    { subject: { entity: "attribute", key: "run_id" }, descending: false },
  ];
  return runs
    .filter((run) => filter.every(({ subject, test }) => holds(valueOf(run, subject), test)))
    .toSorted((left, right) => {
      for (const { subject, descending } of all) {
        const difference = compare(valueOf(left, subject), valueOf(right, subject), descending);
        if (difference !== 0) return difference;
      }
      return 0;
    })
    .map(({ id }) => id);
}

function valueOf(run: PlainRun, { entity, key }: Subject): number | string | undefined {
  if (entity === "metric") return run.metrics[key];
  if (entity === "param") return run.params[key];
  if (entity === "tag") return run.tags[key];
  const attributes: Record<string, number | string | undefined> = {
    run_id: run.id.replaceAll("-", ""),
    run_name: run.name,
    status: run.status,
    start_time: run.startTime,
    end_time: run.endTime ?? undefined,
  };
  return attributes[key];
}

function holds(value: number | string | undefined, test: Test): boolean {
  if (test.kind === "null") return (value === undefined) === (test.operator === "IS NULL");
  if (value === undefined) return false;
  if (test.kind === "list") return test.texts.includes(String(value)) === (test.operator === "IN");
  if (test.kind === "number") return numberHolds(Number(value), test.operator, Number(test.number));
  if (test.operator === "=" || test.operator === "!=") return (value === test.text) === (test.operator === "=");
  return likePattern(test.text, test.operator === "ILIKE").test(String(value));
}

function numberHolds(value: number, operator: string, other: number): boolean {
  switch (operator) {
    case "=":
      return value === other;
    case "!=":
      return value !== other;
    case "<":
      return value < other;
    case "<=":
      return value <= other;
    case ">":
      return value > other;
    default:
      return value >= other;
  }
}

function likePattern(pattern: string, anyCase: boolean): RegExp {
  const source = pattern.replaceAll(/[%_]|[^%_]+/g, (part) =>
    part === "%" ? "[^]*" : part === "_" ? "[^]" : part.replaceAll(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`),
  );
  return new RegExp(`^${source}$`, anyCase ? "iu" : "u");
}

/** Values, then NaN, then nothing, whatever the direction; text by its bytes. */
function compare(left: number | string | undefined, right: number | string | undefined, descending: boolean): number {
  const rank = (value: number | string | undefined) => (value === undefined ? 2 : Number.isNaN(value) ? 1 : 0);
  if (rank(left) !== rank(right) || rank(left) > 0) return rank(left) - rank(right);
  const natural = typeof left === "string" && typeof right === "string" ? Buffer.compare(Buffer.from(left), Buffer.from(right)) : Number(left) - Number(right);
  return descending ? -natural : natural;
}
