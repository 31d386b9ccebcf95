/** One line of a benchmark's answer. `peer` and `ratio` are null where there is nothing to compare with. */
export type BenchResult = {
  name: string;
  unit: string;
  ours: number;
  peer: number | null;
  /** ours / peer. */
  ratio: number | null;
  goal: number | null;
  /** null where there is no goal. */
  met: boolean | null;
};

/** What a benchmark may be told. `say` is for people and never mixes with the JSON. */
export type BenchOptions = { quick: boolean; say(line: string): void };

/** A benchmark: measures now, on this machine, and answers with what it measured. */
export type Benchmark = { about: string; run(options: BenchOptions): Promise<BenchResult[]> };

/** A result whose smaller values are better; `goal` null = only reported. Rounded to three significant digits. */
export function measured(name: string, unit: string, value: number, goal: number | null, peer: number | null = null): BenchResult {
  const ours = round(value);
  return {
    name,
    unit,
    ours,
    peer: peer === null ? null : round(peer),
    ratio: peer === null || peer === 0 ? null : round(value / peer),
    goal,
    met: goal === null ? null : ours <= goal,
  };
}

/**
 * A result beside a peer's, both measured in this run. Its goal is to be so many times smaller than the peer's, at most a value, or
 * both: the harder one counts.
 */
export function compared(name: string, unit: string, value: number, peer: number, wanted: { times?: number; atMost?: number } = {}): BenchResult {
  const goals = [...(wanted.times === undefined ? [] : [round(peer / wanted.times)]), ...(wanted.atMost === undefined ? [] : [wanted.atMost])];
  return measured(name, unit, value, goals.length === 0 ? null : Math.min(...goals), peer);
}

/** The value below which this share of the samples lies (nearest rank). */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

/** A table for the terminal. */
export function formatResults(results: readonly BenchResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const verdict = (met: boolean | null): string => (met === null ? "" : met ? "met" : "MISSED");
  return results
    .map(({ name, unit, ours, peer, goal, met }) =>
      `${name.padEnd(width)}  ${String(ours).padStart(8)} ${unit.padEnd(4)}  ${(goal === null ? "" : `goal ${goal}`).padEnd(10)}  ${(peer === null ? "" : `peer ${peer}`).padEnd(10)}  ${verdict(met)}`.trimEnd(),
    )
    .join("\n");
}

function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
