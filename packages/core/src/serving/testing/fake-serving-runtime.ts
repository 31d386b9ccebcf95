import type { FeatureRow, ServingRuntime, Workload } from "../ports.ts";

type Answer = (rows: FeatureRow[], address: string, signal: AbortSignal) => Promise<Record<string, unknown>[]>;

/** A serving runtime for tests: `answer` is the model. */
export class FakeServingRuntime implements ServingRuntime {
  answer: Answer = async (rows) => rows.map(() => ({ probability: 0.5 }));

  renderWorkload(input: { deployment: string; version: number; modelFolder: string; sourceFolder: string; environmentFolder: string }): Workload {
    const { deployment, version, modelFolder, sourceFolder, environmentFolder } = input;
    return {
      name: `${deployment}@${version}`,
      command: `serve ${modelFolder}`,
      workFolder: sourceFolder,
      environment: { PATH: `${environmentFolder}/bin` },
      readinessPath: "/ready",
    };
  }

  infer(address: string, rows: FeatureRow[], signal: AbortSignal): Promise<Record<string, unknown>[]> {
    return this.answer(rows, address, signal);
  }
}
