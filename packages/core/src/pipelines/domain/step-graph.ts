/** A node of the step graph, as far as order is concerned. */
export type StepNode = { key: string; needs: readonly string[] };

/** Steps in an order where each comes after what it needs, or the keys of one cycle (first = last). Unknown needs are ignored. */
export function orderSteps<Node extends StepNode>(steps: readonly Node[]): { order: Node[]; cycle: null } | { order: null; cycle: string[] } {
  const byKey = new Map(steps.map((step) => [step.key, step]));
  const done = new Set<string>();
  const order: Node[] = [];
  for (const root of steps) {
    // An explicit stack: a chain of a thousand steps must not overflow the call stack.
    const path: { step: Node; next: number }[] = [{ step: root, next: 0 }];
    const onPath = new Set([root.key]);
    while (path.length > 0) {
      const top = path.at(-1);
      if (!top || done.has(top.step.key)) {
        path.pop();
        continue;
      }
      const key = top.step.needs[top.next];
      if (key === undefined) {
        done.add(top.step.key);
        onPath.delete(top.step.key);
        order.push(top.step);
        path.pop();
        continue;
      }
      top.next += 1;
      const needed = byKey.get(key);
      if (!needed || done.has(key)) continue;
      if (onPath.has(key))
        return {
          order: null,
          cycle: [
            ...cutTo(
              path.map((entry) => entry.step.key),
              key,
            ),
            key,
          ],
        };
      onPath.add(key);
      path.push({ step: needed, next: 0 });
    }
  }
  return { order, cycle: null };
}

/** Keys of all steps that directly or indirectly need one of `keys`. */
export function stepsAfter(steps: readonly StepNode[], keys: Iterable<string>): Set<string> {
  const children = new Map<string, string[]>();
  for (const step of steps) for (const need of step.needs) children.set(need, [...(children.get(need) ?? []), step.key]);
  const found = new Set<string>();
  const open = [...keys];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    for (const child of children.get(key) ?? []) {
      if (found.has(child)) continue;
      found.add(child);
      open.push(child);
    }
  }
  return found;
}

function cutTo(keys: string[], key: string): string[] {
  return keys.slice(keys.indexOf(key));
}
