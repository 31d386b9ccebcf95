import { Argument, type Command } from "commander";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

/** The command that prints a script by which a shell completes commands and their options. Add it last: it tells of all before it. */
export function addCompletionCommand(program: Command): void {
  program
    .command("completion")
    .description("print a script that lets your shell complete commands and options")
    .addArgument(new Argument("<shell>", "your shell").choices(SHELLS))
    .addHelpText(
      "after",
      "\nbash: trellis completion bash >> ~/.bashrc\nzsh:  trellis completion zsh >> ~/.zshrc\nfish: trellis completion fish > ~/.config/fish/completions/trellis.fish",
    )
    .action((shell: Shell) => {
      process.stdout.write(completionScript(program, shell));
    });
}

/** The script, from the commands as they are declared. */
export function completionScript(program: Command, shell: Shell): string {
  const commands = program.commands.flatMap((command) =>
    [command.name(), ...command.aliases()].map((name) => ({
      name,
      description: command.description().replaceAll("'", ""),
      options: command.options.flatMap((option) => [option.short, option.long]).filter((flag) => flag !== undefined),
    })),
  );
  const names = commands.map((command) => command.name).join(" ");
  if (shell === "fish") {
    const first = commands.map((command) => `complete -c trellis -f -n __fish_use_subcommand -a ${command.name} -d '${command.description}'`);
    const rest = commands.flatMap((command) =>
      command.options.map(
        (flag) =>
          `complete -c trellis -f -n '__fish_seen_subcommand_from ${command.name}' ${flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`}`,
      ),
    );
    return `${[...first, ...rest].join("\n")}\n`;
  }
  const cases = commands.map((command) => `    ${command.name}) words="${[...command.options, "--help"].join(" ")}" ;;`).join("\n");
  const body = `_trellis() {
  local words="${names}"
  if [ "$COMP_CWORD" -gt 1 ]; then
    case "\${COMP_WORDS[1]}" in
${cases}
    *) words="" ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _trellis trellis
`;
  return shell === "bash" ? body : `autoload -U +X bashcompinit && bashcompinit\n${body}`;
}
