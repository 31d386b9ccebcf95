import { parseArgs } from "node:util";
import { portal } from "./portal/portal.ts";
import { type Benchmark, formatResults } from "./result.ts";
import { tracking } from "./tracking/tracking.ts";

/** Every benchmark by its name. */
const BENCHMARKS: Record<string, Benchmark> = { portal, tracking };

const USAGE = `npm run bench -- <name> [--quick] [--json]

${Object.entries(BENCHMARKS)
  .map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`)
  .join("\n")}

  --quick   fewer samples, within two minutes
  --json    {"results":[{"name","unit","ours","peer","ratio","goal","met"}]} on standard output, nothing else
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false }, json: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
});
const benchmark = BENCHMARKS[positionals[0] ?? ""];
if (values.help || !benchmark) {
  process.stdout.write(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else {
  const results = await benchmark.run({ quick: values.quick, say: (line) => void process.stderr.write(`${line}\n`) });
  process.stdout.write(values.json ? `${JSON.stringify({ results })}\n` : `${formatResults(results)}\n`);
}
