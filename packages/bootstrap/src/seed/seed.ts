import path from "node:path";
import { parseArgs } from "node:util";
import { isCoreError } from "@trellis/core/kernel/errors.ts";
import { createTrellis } from "../create-trellis.ts";
import { readEnvironment } from "../environment.ts";
import { createLogger } from "../logger.ts";
import { seedLarge } from "./seed-large.ts";
import { seedPortal } from "./seed-portal.ts";

const REPOSITORY = path.join(import.meta.dirname, "../../../..");
const USAGE = `Fills an empty portal with a small company.

  npm run seed -- [--size small|large] [--share <0 to 1>] [--seed <text>] [--show-passwords]

  --size large      then also 1,000 projects, 100,000 runs and 10,000 versions, written in bulk
  --share <0 to 1>  only this share of the trainings, for a portal that is wanted soon
  --seed <text>     another company; the same text gives the same one
  --show-passwords  print everybody's password, not only the administrator's

The data folder and the database are those of npm start (TRELLIS_DATA, DATABASE_URL). Stop the portal first.
`;

try {
  await main();
} catch (error) {
  const text = isCoreError(error) ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`\nNothing was seeded: ${text}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      size: { type: "string", default: "small" },
      share: { type: "string", default: "1" },
      seed: { type: "string", default: "trellis" },
      "show-passwords": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const share = Number(values.share);
  const isUnderstood = (values.size === "small" || values.size === "large") && share >= 0 && share <= 1;
  if (values.help || !isUnderstood) {
    process.stdout.write(USAGE);
    process.exit(values.help ? 0 : 2);
  }
  const startedAt = performance.now();
  const say = (line: string): void => void process.stdout.write(`  ${line} (${((performance.now() - startedAt) / 1000).toFixed(0)} s)\n`);
  const environment = readEnvironment(process.env, REPOSITORY);
  const trellis = await createTrellis(environment, createLogger());
  try {
    const { accounts, problems } = await seedPortal(trellis, { seed: values.seed, share, say });
    if (values.size === "large") await seedLarge(trellis, { seed: values.seed, say });
    for (const problem of problems) process.stderr.write(`  warning: ${problem}\n`);
    const shown = values["show-passwords"]
      ? accounts
      : accounts.filter(({ role, password }) => role === "admin" && password !== environment.administrator?.password);
    for (const { name, email, role, password } of shown) process.stdout.write(`  ${role.padEnd(15)} ${name.padEnd(18)} ${email.padEnd(36)} ${password}\n`);
    say("seeded; start it with npm start");
  } finally {
    await trellis.close();
  }
}
