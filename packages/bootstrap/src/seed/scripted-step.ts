import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { SeedProject, SeedWorld } from "./company.ts";
import { dataRows, modelCard, packageName } from "./project-files.ts";
import { createRandom, type Random } from "./random.ts";
import { predict, type SeedModel, type SeedRow, toCsv, trainedModel } from "./world-rows.ts";

/** What is to become of a run, decided before it starts. */
export type RunFate = "succeed" | "fail-train" | "fail-evaluate" | "flaky" | "cancel";

/** One execution of one step, as its environment tells it. */
export type StepCall = {
  project: SeedProject;
  run: number;
  step: string;
  attempt: number;
  fate: RunFate;
  day: number;
  workFolder: string;
  outputFolder: string;
  atMs: number;
};

/** How it ended: seconds it took by the company's clock, the shell's exit code, and what it printed. */
export type StepEnd = { seconds: number; exitCode: number; log: string };

const REFERENCE_ROWS = 600;
const EPOCHS = 60;

/**
 * Stands in for the Python of a step: leaves what the real command would leave, in the files where the scheduler looks, within
 * a moment. Numbers follow a learning curve instead of a training.
 */
export async function playStep(call: StepCall): Promise<StepEnd> {
  const random = createRandom(`${call.project.slug} ${call.run} ${call.step} ${call.attempt}`);
  const name = packageName(call.project.slug);
  const failed = failureOf(call, name);
  if (failed) return { seconds: random.whole(6, 90), exitCode: 1, log: failed };
  switch (call.step) {
    case "prepare":
      return prepare(call, random);
    case "train":
      return train(call, random);
    case "evaluate":
      return evaluate(call, random);
    case "package":
      return packageModel(call, random);
    case "check":
      return check(call, random);
    default:
      return { seconds: random.whole(5, 20), exitCode: 0, log: "Resolved 1 package\nEnvironment is ready.\n" };
  }
}

function failureOf({ fate, step, attempt }: StepCall, name: string): string | null {
  if (step === "train" && (fate === "fail-train" || (fate === "flaky" && attempt === 1))) {
    const reason =
      fate === "flaky"
        ? "OSError: [Errno 28] No space left on device: 'work/model/model.json'"
        : "ValueError: learning_rate is too large: the loss is not a number after 7 epochs";
    return `epoch 5  train_loss 0.688\nepoch 6  train_loss 1.904\nTraceback (most recent call last):\n  File "/usr/lib/python3.12/runpy.py", line 198, in _run_module_as_main\n  File "src/${name}/train.py", line 79, in main\n${reason}\n`;
  }
  if (step === "evaluate" && fate === "fail-evaluate")
    return `Traceback (most recent call last):\n  File "src/${name}/evaluate.py", line 58, in main\nAssertionError: the model is worse than always answering the mean\n`;
  return null;
}

async function prepare({ project, day, workFolder, outputFolder, atMs }: StepCall, random: Random): Promise<StepEnd> {
  const [header = "", ...rows] = dataRows(project, day).trim().split("\n");
  const test = rows.filter((_, index) => index % 5 === 0);
  const train = rows.filter((_, index) => index % 5 !== 0);
  await write(workFolder, "work/train.csv", `${[header, ...train].join("\n")}\n`);
  await write(workFolder, "work/test.csv", `${[header, ...test].join("\n")}\n`);
  await reportMetrics(outputFolder, [
    { key: "rows_train", value: train.length, atMs },
    { key: "rows_test", value: test.length, atMs },
  ]);
  await write(outputFolder, "summary.md", `${train.length} rows to learn from, ${test.length} held out.`);
  return { seconds: random.whole(15, 70), exitCode: 0, log: `read data: ${rows.length} rows\nrows_train ${train.length}\nrows_test ${test.length}\n` };
}

async function train(call: StepCall, random: Random): Promise<StepEnd> {
  const { project, workFolder, outputFolder, atMs } = call;
  const seconds = random.whole(120, 900);
  const floor = 0.52 - 0.18 * qualityOf(call);
  const points = Array.from({ length: EPOCHS }, (_, index) => {
    const learned = Math.exp(-(index + 1) / 11);
    const at = atMs + ((index + 1) / EPOCHS) * seconds * 1_000;
    return [
      { key: "train_loss", value: floor + 0.19 * learned + 0.004 * random.normal(), step: index + 1, atMs: at },
      {
        key: "valid_loss",
        value: floor + 0.03 + 0.18 * learned + (index > 45 ? 0.0006 * (index - 45) : 0) + 0.006 * random.normal(),
        step: index + 1,
        atMs: at,
      },
    ];
  }).flat();
  await reportMetrics(outputFolder, points);
  await write(
    outputFolder,
    "params.json",
    JSON.stringify({ optimiser: "gradient descent", features: project.world.numeric.length + project.world.categorical.length }),
  );
  await write(outputFolder, "progress.json", JSON.stringify({ done: EPOCHS, total: EPOCHS, unit: "epochs" }));
  await write(workFolder, "work/model/model.json", `${JSON.stringify(modelOf(call), null, 2)}\n`);
  const lines = points.filter((point) => point.step % 5 === 0).map(({ key, step, value }) => `epoch ${step}  ${key} ${value.toFixed(4)}`);
  return { seconds, exitCode: 0, log: `${lines.join("\n")}\nsaved work/model/model.json\n` };
}

async function evaluate(call: StepCall, random: Random): Promise<StepEnd> {
  const metrics = metricsOf(call.project.world, qualityOf(call), random);
  await write(call.workFolder, "work/evaluation/metrics.json", `${JSON.stringify(metrics, null, 2)}\n`);
  await reportMetrics(
    call.outputFolder,
    Object.entries(metrics).map(([key, value]) => ({ key, value, atMs: call.atMs })),
  );
  const text = Object.entries(metrics).map(([key, value]) => `${key} ${value.toFixed(4)}`);
  await write(call.outputFolder, "summary.md", `${text.join(", ")}.`);
  return { seconds: random.whole(20, 80), exitCode: 0, log: `${text.join("\n")}\n` };
}

async function packageModel(call: StepCall, random: Random): Promise<StepEnd> {
  const { project, workFolder, outputFolder, day } = call;
  const model = JSON.parse(await readFile(path.join(workFolder, "work/model/model.json"), "utf8")) as SeedModel;
  const metrics = JSON.parse(await readFile(path.join(workFolder, "work/evaluation/metrics.json"), "utf8")) as Record<string, number>;
  const [header = "", ...lines] = dataRows(project, day)
    .trim()
    .split("\n")
    .slice(0, REFERENCE_ROWS + 1);
  const rows = lines.map((line) => rowOf(header, line));
  const features = rows.map(({ [project.world.label]: _label, ...row }) => row);
  const table = Object.entries(metrics)
    .map(([key, value]) => `| ${key} | ${value.toFixed(4)} |`)
    .join("\n");
  const files = {
    "model.json": `${JSON.stringify(model, null, 2)}\n`,
    "metrics.json": `${JSON.stringify(metrics, null, 2)}\n`,
    "reference.csv": toCsv(features.map((row, index) => ({ ...row, ...predict(model, row), [project.world.label]: rows[index]?.[project.world.label] ?? 0 }))),
    "card.md": modelCard(project).replace("$metrics", table).replace("$rows", String(rows.length)),
    "trellis-model.json": `${JSON.stringify(descriptorOf(project, features[0] ?? {}), null, 2)}\n`,
  };
  for (const [file, content] of Object.entries(files)) await write(workFolder, `model/${file}`, content);
  await write(outputFolder, "summary.md", "`model/` is complete.");
  return {
    seconds: random.whole(6, 25),
    exitCode: 0,
    log: `${Object.keys(files)
      .map((file) => `wrote model/${file}`)
      .join("\n")}\n`,
  };
}

async function check({ project, day, outputFolder, atMs }: StepCall, random: Random): Promise<StepEnd> {
  const rows = dataRows(project, day).trim().split("\n").length - 1;
  await reportMetrics(outputFolder, [
    { key: "rows", value: rows, atMs },
    { key: "missing_values", value: 0, atMs },
  ]);
  await write(outputFolder, "summary.md", `${rows} rows, 0 missing values.`);
  return { seconds: random.whole(8, 40), exitCode: 0, log: `rows ${rows}\nmissing_values 0\n` };
}

/** Grows with each run of a project, ever more slowly; 0 to 1. */
function qualityOf({ project, run }: StepCall): number {
  return Math.max(0, Math.min(1, 1 - Math.exp(-run / 9) + 0.05 * createRandom(`${project.slug} ${run} quality`).normal()));
}

function modelOf(call: StepCall): SeedModel {
  return trainedModel(call.project.world, qualityOf(call), createRandom(`${call.project.slug} ${call.run} model`));
}

function metricsOf({ task, scale }: SeedWorld, quality: number, random: Random): Record<string, number> {
  const noise = (size: number): number => size * random.normal();
  if (task === "classification")
    return {
      auc: 0.66 + 0.2 * quality + noise(0.002),
      log_loss: 0.47 - 0.13 * quality + noise(0.002),
      accuracy: 0.79 + 0.11 * quality + noise(0.002),
      brier: 0.152 - 0.05 * quality + noise(0.001),
    };
  return {
    rmse: scale * (0.62 - 0.24 * quality + noise(0.003)),
    mae: scale * (0.47 - 0.19 * quality + noise(0.003)),
    r2: 0.55 + 0.34 * quality + noise(0.002),
  };
}

function descriptorOf({ slug, world, template }: SeedProject, example: SeedRow): object {
  const inputs = [
    ...world.numeric.map(({ name, description }) => ({ name, type: "double", required: true, description })),
    ...world.categorical.map(({ name, description }) => ({ name, type: "string", required: true, description })),
  ];
  return {
    format: 1,
    name: slug,
    task: world.task,
    framework: template ? "scikit-learn" : "plain Python",
    loader: `${packageName(slug)}.model:load`,
    signature: { inputs, outputs: [{ name: world.output, type: "double" }] },
    features: { numeric: world.numeric.map(({ name }) => name), categorical: world.categorical.map(({ name }) => name) },
    label: world.label,
    reference: "reference.csv",
    example,
  };
}

function rowOf(header: string, line: string): SeedRow {
  const values = line.split(",");
  return Object.fromEntries(
    header.split(",").map((name, index) => {
      const text = values[index] ?? "";
      const number = Number(text);
      return [name, text !== "" && Number.isFinite(number) ? number : text];
    }),
  );
}

async function reportMetrics(folder: string, points: { key: string; value: number; step?: number; atMs: number }[]): Promise<void> {
  const lines = points.map(({ key, value, step, atMs }) =>
    JSON.stringify({ key, value: Number(value.toFixed(6)), time: atMs / 1_000, ...(step === undefined ? {} : { step }) }),
  );
  await write(folder, "metrics.jsonl", `${lines.join("\n")}\n`);
}

async function write(folder: string, file: string, content: string): Promise<void> {
  const target = path.join(folder, file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, content);
}
