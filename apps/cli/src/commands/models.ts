import type { Command } from "commander";
import { print, table, time } from "../output.ts";
import { signedInClient } from "./session.ts";

type ModelRow = {
  name: string;
  project: { slug: string };
  task: string;
  latest: { version: number } | null;
  aliases: { alias: string; version: number }[];
  environments: string[];
  updatedAt: string;
};
type Model = {
  name: string;
  versionRows: {
    version: number;
    status: string;
    metrics: Record<string, number>;
    aliases: string[];
    environments: string[];
    runNumber: number | null;
    createdAt: string;
  }[];
};

type Verification = { ok: boolean; checked: number; problems: { path: string; problem: string }[] };

export function addModelCommands(program: Command): void {
  const models = program
    .command("models")
    .description("list models, or the versions of one")
    .argument("[model]", "show the versions of this model")
    .option("--search <text>", "only models with this in name, description or tags")
    .option("--json", "as JSON")
    .action(async (model: string | undefined, options: { search?: string; json?: boolean }) => {
      const client = await signedInClient();
      if (model) {
        const found = await client.get<Model>(`/models/${encodeURIComponent(model)}`);
        return print(options.json, found, () =>
          table(
            ["VERSION", "STATUS", "METRICS", "ALIASES", "LIVE IN", "RUN", "REGISTERED"],
            found.versionRows.map((row) => [
              row.version,
              row.status,
              metrics(row.metrics),
              row.aliases.join(","),
              row.environments.join(","),
              row.runNumber,
              time(row.createdAt),
            ]),
          ),
        );
      }
      const page = await client.get<{ items: ModelRow[] }>("/models", { search: options.search });
      print(options.json, page, () =>
        table(
          ["MODEL", "PROJECT", "TASK", "LATEST", "ALIASES", "LIVE IN"],
          page.items.map((row) => [
            row.name,
            row.project.slug,
            row.task,
            row.latest ? `v${row.latest.version}` : "",
            row.aliases.map((alias) => `${alias.alias}=v${alias.version}`).join(","),
            row.environments.join(","),
          ]),
        ),
      );
    });
  models
    .command("verify")
    .description("read the files of a version again and compare them with their digests")
    .argument("<model>")
    .argument("<version>")
    .option("--json", "as JSON")
    .action(async (model: string, version: string, options: { json?: boolean }) => {
      const client = await signedInClient();
      const { id } = await client.get<{ id: string }>("/model-version", { model, version });
      const result = await client.post<Verification>(`/model-versions/${id}/verification`, {});
      print(options.json, result, () =>
        result.ok
          ? `${result.checked} files are what was registered.`
          : table(
              ["FILE", "PROBLEM"],
              result.problems.map((row) => [row.path, row.problem]),
            ),
      );
      if (!result.ok) process.exitCode = 1;
    });
  models
    .command("alias")
    .description("let an alias name a version of a model")
    .argument("<model>")
    .argument("<alias>")
    .argument("<version>")
    .option("--reason <text>", "why, for its history", "")
    .action(async (model: string, alias: string, version: string, options: { reason: string }) => {
      const client = await signedInClient();
      await client.put(`/models/${encodeURIComponent(model)}/aliases/${encodeURIComponent(alias)}`, { version: Number(version), reason: options.reason });
      print(false, null, () => `${model}@${alias} is version ${version}.`);
    });
}

function metrics(values: Record<string, number>): string {
  return Object.entries(values)
    .slice(0, 3)
    .map(([key, value]) => `${key}=${value.toPrecision(3)}`)
    .join(" ");
}
