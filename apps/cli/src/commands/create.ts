import type { Command } from "commander";
import type { Client } from "../client.ts";
import { EXIT, Failure } from "../failure.ts";
import { print, table } from "../output.ts";
import { signedInClient } from "./session.ts";

type Template = { name: string; version: string; title: string; projects: number };
type TemplateDetail = { manifest: { parameters: { name: string; type: string }[] } };
type Task = {
  id: string;
  slug: string;
  status: string;
  reason: string;
  runNumber: number | null;
  repository: string;
  steps: { title: string; status: string; error: string | null }[];
};

/** Between two looks at a creation that is under way. */
const POLL_MS = 500;

export function addCreateCommands(program: Command): void {
  program
    .command("templates")
    .description("list templates")
    .option("--json", "as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const templates = await (await signedInClient()).get<Template[]>("/templates");
      print(json, templates, () =>
        table(
          ["TEMPLATE", "VERSION", "PROJECTS", "TITLE"],
          templates.map((row) => [row.name, row.version, row.projects, row.title]),
        ),
      );
    });
  program
    .command("create")
    .description("create a project from a template")
    .argument("<name>", "name of the project, e.g. flight-delays")
    .option("--template <template>", "template", "tabular-model")
    .option("--title <title>", "how people read it")
    .option("--description <text>", "what it is for")
    .option("--private", "only members can see it")
    .option("--set <answer...>", "answers to the template's questions, as name=value")
    .option("--preview", "only list the files that would be made")
    .option("--json", "as JSON")
    .action(
      async (
        name: string,
        options: { template: string; title?: string; description?: string; private?: boolean; set?: string[]; preview?: boolean; json?: boolean },
      ) => {
        const client = await signedInClient();
        const request = {
          template: options.template,
          slug: name,
          title: options.title ?? name,
          description: options.description ?? "",
          visibility: options.private ? "private" : "internal",
          answers: await answersOf(client, options.template, options.set ?? []),
        };
        if (options.preview) {
          const preview = await client.post<{ files: { path: string; sizeBytes: number }[] }>("/scaffold-tasks/preview", request);
          return print(options.json, preview, () => preview.files.map((file) => file.path).join("\n"));
        }
        const { taskId } = await client.post<{ taskId: string }>("/scaffold-tasks", request);
        const task = await followTask(client, taskId, !options.json);
        print(
          options.json,
          task,
          () =>
            `\nCreated ${task.slug}: ${client.url}/projects/${task.slug}\nClone it: git clone ${client.url}/git/${task.repository}.git${task.runNumber ? `\nWatch its first run: trellis logs ${task.slug} ${task.runNumber} --follow` : ""}`,
        );
        if (task.status !== "succeeded") throw new Failure(`Creating ${name} ${task.status}: ${task.reason}`);
      },
    );
}

async function answersOf(client: Client, template: string, given: string[]): Promise<Record<string, string | number | boolean>> {
  if (given.length === 0) return {};
  const { manifest } = await client.get<TemplateDetail>(`/templates/${encodeURIComponent(template)}`);
  const answers = given.map((pair): [string, string | number | boolean] => {
    const at = pair.indexOf("=");
    if (at < 1) throw new Failure(`--set takes name=value, not ${pair}.`, EXIT.usage);
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    const type = manifest.parameters.find((parameter) => parameter.name === name)?.type;
    if (!type)
      throw new Failure(
        `${name} is not a question of ${template}. Its questions: ${manifest.parameters.map((parameter) => parameter.name).join(", ")}.`,
        EXIT.usage,
      );
    if (type === "boolean") return [name, value === "true"];
    return [name, type === "integer" || type === "number" ? Number(value) : value];
  });
  return Object.fromEntries(answers);
}

async function followTask(client: Client, taskId: string, show: boolean): Promise<Task> {
  let shown = 0;
  for (;;) {
    const task = await client.get<Task>(`/scaffold-tasks/${taskId}`);
    const done = task.steps.filter((step) => step.status === "succeeded" || step.status === "failed");
    for (const step of done.slice(shown))
      if (show) process.stdout.write(`${step.status === "succeeded" ? "done  " : "failed"}  ${step.title}${step.error ? `: ${step.error}` : ""}\n`);
    shown = Math.max(shown, done.length);
    if (["succeeded", "failed", "cancelled"].includes(task.status)) return task;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
