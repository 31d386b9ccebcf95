import { execFileSync } from "node:child_process";
import { Command } from "commander";
import { expect, it } from "vitest";
import { completionScript } from "./completion.ts";

function program(): Command {
  const trellis = new Command("trellis");
  trellis.command("run").description("start a run of somebody's pipeline").option("-f, --follow", "show").option("--no-cache", "anew");
  trellis.command("retry").alias("resume").description("go on").option("--json", "as JSON");
  return trellis;
}

/** What bash would offer for a line. */
function offered(...words: string[]): string[] {
  const list = words.map((word) => `'${word}'`).join(" ");
  const script = `${completionScript(program(), "bash")}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _trellis; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", script]).toString().trim().split("\n");
}

it("lets bash complete commands, aliases and options", () => {
  expect(offered("trellis", "re")).toEqual(["retry", "resume"]);
  expect(offered("trellis", "run", "--")).toEqual(["--follow", "--no-cache", "--help"]);
  expect(offered("trellis", "unknown", "")).toEqual([""]);
});

it("is one line for each command and option in fish, and loads bash's way in zsh", () => {
  expect(completionScript(program(), "fish").trim().split("\n")).toEqual([
    "complete -c trellis -f -n __fish_use_subcommand -a run -d 'start a run of somebodys pipeline'",
    "complete -c trellis -f -n __fish_use_subcommand -a retry -d 'go on'",
    "complete -c trellis -f -n __fish_use_subcommand -a resume -d 'go on'",
    "complete -c trellis -f -n '__fish_seen_subcommand_from run' -s f",
    "complete -c trellis -f -n '__fish_seen_subcommand_from run' -l follow",
    "complete -c trellis -f -n '__fish_seen_subcommand_from run' -l no-cache",
    "complete -c trellis -f -n '__fish_seen_subcommand_from retry' -l json",
    "complete -c trellis -f -n '__fish_seen_subcommand_from resume' -l json",
  ]);
  expect(completionScript(program(), "zsh")).toMatch(/^autoload -U \+X bashcompinit/);
});
