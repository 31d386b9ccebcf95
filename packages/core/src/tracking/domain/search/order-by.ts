import { CoreError } from "../../../kernel/errors.ts";
import { hasUnstorableText } from "../../../kernel/storable-text.ts";
import { printSubject } from "./print-filter.ts";
import { resolveField, type Subject } from "./resolve-field.ts";
import { searchSyntaxError } from "./search-syntax-error.ts";
import { type FieldSyntax, readField, readOrder } from "./syntax.ts";
import { type OrderAttribute, type SearchTarget, targetOf } from "./targets.ts";

export type Order<Attribute extends string = string> = { subject: Subject<Attribute>; descending: boolean };
export type OrderBy<Of extends SearchTarget = SearchTarget> = Order<OrderAttribute<Of>>[];

/** More than anyone sorts by. */
const MAX_ORDERS = 20;

/**
 * Understands a list such as `["metrics.loss ASC", "start_time DESC"]`. Throws INVALID with the character where an entry stops
 * making sense, and when two entries name the same field.
 */
export function parseOrderBy<Of extends SearchTarget>(entries: readonly string[] | null | undefined, target: Of): OrderBy<Of> {
  const orders = (entries ?? []).map((entry): Order<OrderAttribute<Of>> => {
    refuseUnstorable(entry);
    const { field, descending } = readOrder(entry);
    return { subject: subjectOf(entry, field, target), descending };
  });
  return refuseRepetition(orders, ({ subject }) => printSubject(subject));
}

/** The field of an order that comes apart from its direction, as logged models are sorted. */
export function parseOrderField<Of extends SearchTarget>(name: string, target: Of): Subject<OrderAttribute<Of>> {
  refuseUnstorable(name);
  // Clients send the key of a metric here as it is, with spaces and all.
  const [, prefix, key] = /^(metrics?)\.([^`"].*)$/su.exec(name) ?? [];
  return subjectOf(name, prefix !== undefined && key !== undefined ? { prefix, key, offset: 0 } : readField(name), target);
}

/** Returns the orders if no two are about the same. */
export function refuseRepetition<Each>(orders: Each[], nameOf: (order: Each) => string): Each[] {
  if (orders.length > MAX_ORDERS) throw new CoreError("INVALID", `Invalid order_by: it has more than ${MAX_ORDERS} fields.`);
  const seen = new Set<string>();
  for (const order of orders) {
    const name = nameOf(order);
    if (seen.has(name)) throw new CoreError("INVALID", `Invalid order_by: \`order_by\` contains duplicate fields: ${name}. Name each field once.`);
    seen.add(name);
  }
  return orders;
}

function subjectOf<Of extends SearchTarget>(text: string, field: FieldSyntax, target: Of): Subject<OrderAttribute<Of>> {
  const spec = targetOf(target);
  const subject = resolveField(field, target, spec.orderAttributes);
  if ("problem" in subject) throw searchSyntaxError("order_by", text, field.offset, subject.problem);
  if (subject.entity !== "attribute" && !spec.orderKeyed.includes(subject.entity))
    throw searchSyntaxError("order_by", text, field.offset, `There is no order by a ${subject.entity} here.`);
  // `resolveField` let only the target's own attributes pass.
  return subject as Subject<OrderAttribute<Of>>;
}

function refuseUnstorable(text: string): void {
  if (hasUnstorableText(text)) throw new CoreError("INVALID", "Invalid order_by: it holds a NUL or half of a surrogate pair, which no stored text has.");
}
