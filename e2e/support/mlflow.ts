/** Asks the portal as an MLflow client does, by plain HTTP. */
export function mlflowClient(url: string, token: string) {
  const authorization = `Bearer ${token}`;
  const call = async <Answer>(path: string, body: object): Promise<Answer> => {
    const response = await fetch(`${url}/api/2.0/mlflow/${path}`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as Answer & { message?: string };
    if (!response.ok) throw new Error(`${path}: ${response.status} ${answer.message ?? ""}`);
    return answer;
  };
  return {
    createExperiment: async (name: string): Promise<string> => (await call<{ experiment_id: string }>("experiments/create", { name })).experiment_id,
    /** A run of its own with all that is logged; returns the protocol's id of 32 digits. */
    async logRun(
      experimentId: string,
      given: { name: string; params?: Record<string, string>; metrics?: Record<string, number[]>; at: number },
    ): Promise<string> {
      const { run } = await call<{ run: { info: { run_id: string } } }>("runs/create", {
        experiment_id: experimentId,
        run_name: given.name,
        start_time: given.at,
      });
      const run_id = run.info.run_id;
      const params = Object.entries(given.params ?? {}).map(([key, value]) => ({ key, value }));
      await call("runs/log-batch", { run_id, params });
      for (const [key, values] of Object.entries(given.metrics ?? {})) {
        const metrics = values.map((value, step) => ({ key, value, step, timestamp: given.at + step * 1_000 }));
        for (let from = 0; from < metrics.length; from += 1_000) await call("runs/log-batch", { run_id, metrics: metrics.slice(from, from + 1_000) });
      }
      await call("runs/update", { run_id, status: "FINISHED", end_time: given.at + 60_000 });
      return run_id;
    },
    async putFile(experimentId: string, runId: string, path: string, content: string): Promise<void> {
      const address = `${url}/api/2.0/mlflow-artifacts/artifacts/experiments/${experimentId}/${runId}/artifacts/${path}`;
      const response = await fetch(address, { method: "PUT", headers: { authorization }, body: content });
      if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`);
    },
    logInputs: (
      runId: string,
      dataset: { name: string; digest: string; source_type: string; source: string; schema: string; profile: string },
      context: string,
    ) => call("runs/log-inputs", { run_id: runId, datasets: [{ dataset, tags: [{ key: "mlflow.data.context", value: context }] }] }),
  };
}
