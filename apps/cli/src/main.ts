import { Command } from "commander";
import { addCompletionCommand } from "./commands/completion.ts";
import { addCreateCommands } from "./commands/create.ts";
import { addDeliveryCommands } from "./commands/delivery.ts";
import { addModelCommands } from "./commands/models.ts";
import { addPipelineCommands } from "./commands/pipelines.ts";
import { addRunCommands } from "./commands/runs.ts";
import { addSessionCommands } from "./commands/session.ts";
import { EXIT, Failure } from "./failure.ts";

const program = new Command("trellis")
  .description("Trellis from the terminal: create projects, run pipelines, deploy models")
  .version("0.1.0")
  .showHelpAfterError();
program.exitOverride((error) => {
  process.exit(error.exitCode === 0 ? 0 : EXIT.usage);
});
addSessionCommands(program);
addCreateCommands(program);
addRunCommands(program);
addPipelineCommands(program);
addModelCommands(program);
addDeliveryCommands(program);
addCompletionCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof Failure ? error.exitCode : EXIT.failed;
}
