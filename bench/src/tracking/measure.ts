import { quantile } from "../result.ts";
import type { TrackingServer } from "./tracking-server.ts";

/** Milliseconds of each call, one after the other, after a few that do not count. */
export async function timed(samples: number, call: (index: number) => Promise<unknown>, warmUps = 2): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < warmUps + samples; index += 1) {
    const startedAt = performance.now();
    await call(index);
    if (index >= warmUps) times.push(performance.now() - startedAt);
  }
  return times;
}

/** Milliseconds at p95 of a call. */
export async function p95(samples: number, call: (index: number) => Promise<unknown>): Promise<number> {
  return quantile(await timed(samples, call), 0.95);
}

/** Milliseconds a call when this many callers call at once, each one call after the other. */
export async function milliseconds(calls: number, callers: number, call: (index: number) => Promise<unknown>): Promise<number> {
  await call(-1);
  const startedAt = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (next < calls) await call(next++);
    }),
  );
  return (performance.now() - startedAt) / calls;
}

const at = 1_700_000_000_000;

/** A new run of an experiment. */
export async function newRun(server: TrackingServer, experiment: string): Promise<string> {
  const { run } = await server.ask<{ run: { info: { run_id: string } } }>("POST", "/runs/create", { experiment_id: experiment, start_time: at });
  return run.info.run_id;
}

/** What logging costs by raw HTTP, in milliseconds a request. */
export async function measureLogging(server: TrackingServer, experiment: string, calls: number) {
  const metrics = (count: number, step: number) =>
    Array.from({ length: count }, (_, index) => ({ key: `m_${index % 10}`, value: Math.sin(index + step), timestamp: at + step, step: step * count + index }));
  const single = await newRun(server, experiment);
  const one = await milliseconds(calls * 5, 1, (index) =>
    server.ask("POST", "/runs/log-metric", { run_id: single, key: "loss", value: 1 / (index + 2), timestamp: at + index, step: index + 1 }),
  );
  const batched = await newRun(server, experiment);
  const batch = await milliseconds(calls, 1, (index) => server.ask("POST", "/runs/log-batch", { run_id: batched, metrics: metrics(1_000, index + 1) }));
  const shared = await newRun(server, experiment);
  const threads = await milliseconds(calls * 5, 10, (index) => server.ask("POST", "/runs/log-batch", { run_id: shared, metrics: metrics(100, index + 1) }));
  return { one, batch, threads };
}

/** What a search with a filter on a metric, in the order of that metric, costs at p95: a page of 100 and one of 1,000 runs. */
export async function measureRunSearch(server: TrackingServer, experiment: string, samples: number) {
  const search = (size: number) => (index: number) =>
    server.ask<{ runs: unknown[] }>("POST", "/runs/search", {
      experiment_ids: [experiment],
      filter: `metrics.metric_${index % 10} > 0.${5 + (index % 4)}`,
      order_by: [`metrics.metric_${index % 10} DESC`],
      max_results: size,
    });
  return { hundred: await p95(samples, search(100)), thousand: await p95(samples, search(1_000)) };
}

/** All points of a long metric, read as the Python client does: pages of 25,000. */
export async function readHistory(server: TrackingServer, run: string): Promise<number> {
  let points = 0;
  let token: string | undefined;
  do {
    const query = new URLSearchParams({ run_id: run, metric_key: "long", max_results: "25000", ...(token ? { page_token: token } : {}) });
    const page = await server.ask<{ metrics?: unknown[]; next_page_token?: string }>("GET", `/metrics/get-history?${query}`);
    points += page.metrics?.length ?? 0;
    token = page.next_page_token;
  } while (token);
  return points;
}

/** What searches of the registry cost at p95: by name, by tag, by run, and the first page of all. */
export async function measureRegistrySearch(server: TrackingServer, models: number, samples: number) {
  const search = (filterOf: (index: number) => string) => (index: number) =>
    server.ask("GET", `/model-versions/search?${new URLSearchParams({ filter: filterOf((index * 37) % models), max_results: "100" })}`);
  return {
    name: await p95(
      samples,
      search((index) => `name = 'model-${index + 1}'`),
    ),
    tag: await p95(
      samples,
      search((index) => `tags.build = '${(index + 1) * 1_000 + 5}'`),
    ),
    all: await p95(
      samples,
      search(() => ""),
    ),
  };
}
