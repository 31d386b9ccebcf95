import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { SeedProject } from "./company.ts";
import { createRandom } from "./random.ts";
import { makeLabel, makeRow, toCsv } from "./world-rows.ts";

const SKELETON = path.join(import.meta.dirname, "skeleton");
const DATA_ROWS = 1_200;

/** Name of the Python package of a project. */
export function packageName(slug: string): string {
  return slug.replaceAll("-", "_");
}

/**
 * Files of a project that has no template: a whole project in plain Python, whose pipeline and model really run, without a
 * package to install. `day` says which of the sixty days its data is from.
 */
export async function projectFiles(project: SeedProject, day: number): Promise<Record<string, string>> {
  const name = packageName(project.slug);
  const files: Record<string, string> = {
    "README.md": readme(project),
    "MODEL_CARD.md": modelCard(project),
    "trellis.yaml": trellisYaml(project, name),
    "pyproject.toml": `[project]\nname = "${project.slug}"\nversion = "0.1.0"\ndescription = "${project.description}"\nrequires-python = ">=3.10"\ndependencies = []\n`,
    "uv.lock": `version = 1\nrequires-python = ">=3.10"\n\n[[package]]\nname = "${project.slug}"\nversion = "0.1.0"\nsource = { virtual = "." }\n`,
    ".gitignore": "__pycache__/\nwork/\nmodel/\n",
    "data/rows.csv": dataRows(project, day),
    [`src/${name}/settings.json`]: `${JSON.stringify({ name: project.slug, ...project.world, drift: undefined }, null, 2)}\n`,
  };
  for (const file of await readdir(SKELETON)) {
    if (file.endsWith(".py")) files[`src/${name}/${file}`] = await readFile(path.join(SKELETON, file), "utf8");
  }
  return files;
}

/** The data of a project as of a day: what has come in the days before. */
export function dataRows({ slug, world }: SeedProject, day: number): string {
  const random = createRandom(`${slug} data ${day}`);
  return toCsv(
    Array.from({ length: DATA_ROWS }, () => {
      const row = makeRow(world, random, day);
      return { ...row, [world.label]: makeLabel(world, row, random) };
    }),
  );
}

function trellisYaml({ slug, title, story }: SeedProject, name: string): string {
  const deploy =
    story === "deployed" || story === "broken" ? "    deploy: { environment: production }\n    triggers:\n      - drift: { monitor: production }\n" : "";
  return `version: 1
project: ${slug}
pipelines:
  train:
    description: Train, evaluate and register the model of ${title.toLowerCase()}
    parameters:
      epochs: { type: integer, default: 60, min: 1, max: 500, description: Passes over the training rows }
      learning_rate: { type: number, default: 0.8, description: How far a step goes }
    steps:
      prepare:
        stage: data
        run: python -m ${name}.prepare
        inputs: [data]
        outputs: [work/train.csv, work/test.csv]
        timeout: 10m
      train:
        stage: train
        run: python -m ${name}.train
        needs: [prepare]
        outputs: [work/model]
        timeout: 30m
        retries: { limit: 1, backoff: 10s }
      evaluate:
        stage: test
        run: python -m ${name}.evaluate
        needs: [train, prepare]
        outputs: [work/evaluation]
        timeout: 10m
      package:
        stage: package
        run: python -m ${name}.package
        needs: [evaluate, train, prepare]
        outputs: [model]
        timeout: 10m
    register: { model: ${slug}, from: package, path: model }
${deploy}  check-data:
    description: Look at the data before anybody trains on it
    steps:
      check:
        stage: data
        run: python -m ${name}.check
        inputs: [data]
        timeout: 5m
monitors:
  production: { environment: production, window: 7d, min_rows: 200, alert_after: 2, of_last: 3 }
`;
}

function readme({ title, description, world }: SeedProject): string {
  const features = [...world.numeric, ...world.categorical].map((feature) => `| \`${feature.name}\` | ${feature.description} |`).join("\n");
  return `# ${title}\n\n${description}\n\n## Features\n\n| name | what it is |\n| --- | --- |\n${features}\n\n## Work on it\n\n\`\`\`sh\nPYTHONPATH=src python -m ${packageName(title.toLowerCase().replaceAll(" ", "-"))}.prepare\n\`\`\`\n\nThe steps of \`trellis.yaml\` run the same way, one after the other.\n`;
}

/** The card with `$metrics` and `$rows`, which the step `package` fills. */
export function modelCard({ title, description, world }: SeedProject): string {
  const what = world.task === "classification" ? `the probability of \`${world.label}\`` : `\`${world.label}\``;
  return `# ${title}

${description}

## Intended use

Gives ${what} to the people who plan the day. A person decides; the model only puts the cases in order.

## Data

$rows rows of the last weeks, one row a case, without names or addresses. Every fifth row is held out for the evaluation.

## Evaluation

On the rows held out:

| metric | value |
| --- | --: |
$metrics

## Limits

Rare cases are few in the data, so their answers are uncertain. The model knows nothing of strikes, storms and holidays. Look at
the monitor before trusting it after a change of schedule.

## Owner

The owners of this project, who are listed on its page.
`;
}
