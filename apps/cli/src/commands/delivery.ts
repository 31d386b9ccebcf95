import type { Command } from "commander";
import { EXIT, Failure } from "../failure.ts";
import { print, table, time } from "../output.ts";
import { signedInClient } from "./session.ts";

type Card = {
  name: string;
  environment: string;
  sync: string;
  health: string;
  message: string;
  live: { version: number } | null;
  openRequest: { number: number } | null;
} | null;
type Board = { items: { model: { name: string }; cells: Record<string, Card> }[] };
type RequestRow = {
  number: number;
  status: string;
  headline: string;
  author: { name: string };
  approvals: number;
  approvalsRequired: number;
  createdAt: string;
};

export function addDeliveryCommands(program: Command): void {
  program
    .command("deploy")
    .description("ask for a deployment: opens a change request")
    .argument("<model>", "model, with a version or alias: flight-delays@3 or flight-delays@champion")
    .option("--environment <environment>", "where to", "production")
    .option("--reason <text>", "what the approver should know", "")
    .option("--json", "as JSON")
    .action(async (target: string, options: { environment: string; reason: string; json?: boolean }) => {
      const [model, wanted] = target.split("@");
      if (!model || !wanted) throw new Failure(`Say which version: ${target}@3, or an alias: ${target}@champion.`, EXIT.usage);
      const client = await signedInClient();
      const version = /^\d+$/.test(wanted) ? { version: Number(wanted) } : { alias: wanted };
      const request = await client.post<{ number: number; status: string; created: boolean }>("/change-requests", {
        model,
        ...version,
        environment: options.environment,
        reason: options.reason,
      });
      print(options.json, request, () => `CR-${request.number} is ${request.status}: ${client.url}/approvals/${request.number}`);
    });
  program
    .command("approvals")
    .description("list change requests that wait for you")
    .option("--all", "all open ones")
    .option("--json", "as JSON")
    .action(async (options: { all?: boolean; json?: boolean }) => {
      const page = await (await signedInClient()).get<{ items: RequestRow[] }>("/change-requests", options.all ? { status: ["open"] } : { box: "waiting" });
      print(options.json, page, () =>
        table(
          ["REQUEST", "STATUS", "WHAT", "ASKED BY", "APPROVALS", "ASKED"],
          page.items.map((row) => [
            `CR-${row.number}`,
            row.status,
            row.headline,
            row.author.name,
            `${row.approvals}/${row.approvalsRequired}`,
            time(row.createdAt),
          ]),
        ),
      );
    });
  program
    .command("approve")
    .description("approve a change request of someone else")
    .argument("<request>", "e.g. CR-12")
    .option("--comment <text>", "why", "")
    .action(async (request: string, options: { comment: string }) => {
      const { status } = await (
        await signedInClient()
      ).post<{ status: string }>(`/change-requests/${encodeURIComponent(request)}/approve`, { comment: options.comment });
      process.stdout.write(`${request} is ${status}.\n`);
    });
  program
    .command("reject")
    .description("reject a change request")
    .argument("<request>", "e.g. CR-12")
    .requiredOption("--reason <text>", "why")
    .action(async (request: string, options: { reason: string }) => {
      await (await signedInClient()).post(`/change-requests/${encodeURIComponent(request)}/reject`, { reason: options.reason });
      process.stdout.write(`${request} is rejected.\n`);
    });
  program
    .command("rollback")
    .description("bring back what was live before, in one commit")
    .argument("<deployment>", "e.g. flight-delays-production")
    .option("--reason <text>", "why", "")
    .action(async (deployment: string, options: { reason: string }) => {
      const result = await (
        await signedInClient()
      ).post<{ number: number; toVersion: number }>(`/deployments/${encodeURIComponent(deployment)}/rollback`, { reason: options.reason });
      process.stdout.write(`CR-${result.number} brings version ${result.toVersion} back.\n`);
    });
  program
    .command("status")
    .description("show what is live where, and whether it works")
    .argument("[project]", "only of this project")
    .option("--json", "as JSON")
    .action(async (project: string | undefined, options: { json?: boolean }) => {
      const board = await (await signedInClient()).get<Board>("/deployments", { project });
      const cards = board.items.flatMap((item) => Object.values(item.cells)).filter((card) => card !== null);
      print(options.json, board, () =>
        cards.length === 0
          ? "Nothing is deployed. Deploy a version with: trellis deploy <model>@<version>"
          : table(
              ["DEPLOYMENT", "LIVE", "HEALTH", "SYNC", "REQUEST", "MESSAGE"],
              cards.map((card) => [
                card.name,
                card.live ? `v${card.live.version}` : "",
                card.health,
                card.sync,
                card.openRequest ? `CR-${card.openRequest.number}` : "",
                card.message,
              ]),
            ),
      );
    });
}
