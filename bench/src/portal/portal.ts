import { type Benchmark, type BenchResult, measured, quantile } from "../result.ts";
import { openPortal, type OpenPortal } from "./open-portal.ts";
import { pageTimes } from "./page-times.ts";
import { cpuSeconds, processTree, proportionalBytes } from "./process-tree.ts";
import { scriptBytes } from "./script-bytes.ts";
import { seededFolder } from "./seeded-folder.ts";

const MB = 1024 * 1024;
/** After the pages were asked for, before idle begins to count. */
const CALM_S = 15;

/** How long the built portal takes to start, what it costs while nobody uses it, and how heavy its pages are. */
export const portal: Benchmark = {
  about: "the built portal on a seeded folder: start, idle cost, pages, first-load JavaScript",
  async run({ quick, say }) {
    const folder = await seededFolder(say);
    say("Starting once, so that everything a first start makes is there");
    await (await openPortal(folder)).waitUntilSettled().then((opened) => opened.stop());
    const results: BenchResult[] = [];
    const starts: number[] = [];
    let running: OpenPortal | null = null;
    for (let round = 0; round < (quick ? 1 : 3); round += 1) {
      await running?.stop();
      running = await openPortal(folder);
      starts.push(running.startedInMs);
    }
    if (!running) return results;
    try {
      results.push(measured("warm start to ready", "ms", quantile(starts, 0.5), 3_000));
      await running.waitUntilSettled();
      results.push(...(await measurePages(running, quick, say)));
      results.push(...(await measureScripts(running, say)));
      results.push(...(await measureIdle(running, folder, quick, say)));
      return results;
    } finally {
      await running.stop();
    }
  },
};

async function measurePages(running: OpenPortal, quick: boolean, say: (line: string) => void): Promise<BenchResult[]> {
  say("Asking for pages");
  const results: BenchResult[] = [];
  const all: number[] = [];
  for (const [name, times] of await pageTimes(running, quick ? 10 : 40)) {
    all.push(...times);
    results.push(
      measured(`server time of ${name}, p50`, "ms", quantile(times, 0.5), null),
      measured(`server time of ${name}, p95`, "ms", quantile(times, 0.95), 200),
    );
  }
  return [
    measured("server time of a page, p50", "ms", quantile(all, 0.5), 200),
    measured("server time of a page, p95", "ms", quantile(all, 0.95), 200),
    ...results,
  ];
}

async function measureScripts(running: OpenPortal, say: (line: string) => void): Promise<BenchResult[]> {
  say("Loading pages in Chromium");
  const results: BenchResult[] = [];
  for (const { name, bytes, hasCharts } of await scriptBytes(running))
    results.push(measured(`first-load JavaScript of ${name}${hasCharts ? " (charts)" : ""}`, "kB", bytes / 1000, hasCharts ? 300 : 200));
  return results;
}

async function measureIdle(running: OpenPortal, folder: string, quick: boolean, say: (line: string) => void): Promise<BenchResult[]> {
  const seconds = quick ? 20 : 30;
  say(`Leaving it alone for ${seconds + CALM_S} s`);
  await pause(CALM_S);
  const first = await processTree(running.pid, folder);
  const [before, modelsBefore] = [await cpuSeconds(first), await cpuSeconds(first.filter(({ isModel }) => isModel))];
  await pause(seconds);
  const tree = await processTree(running.pid, folder);
  const used = (await cpuSeconds(tree)) - before;
  const models = tree.filter(({ isModel }) => isModel);
  const usedByModels = (await cpuSeconds(models)) - modelsBefore;
  return [
    measured("idle CPU, everything", "%", (100 * used) / seconds, 1),
    measured("idle CPU of the served models in it", "%", (100 * usedByModels) / seconds, null),
    measured("memory (PSS), everything", "MB", (await proportionalBytes(tree)) / MB, 700),
    measured("memory (PSS) of the served models in it", "MB", (await proportionalBytes(models)) / MB, null),
  ];
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}
