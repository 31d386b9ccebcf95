import os from "node:os";
import type { Command } from "commander";
import { Client } from "../client.ts";
import { loadCredentials, removeCredentials, saveCredentials } from "../credentials.ts";
import { print } from "../output.ts";
import { ask, readStandardInput } from "../read-secret.ts";

type Person = { name: string; email: string; role: string };

/** A client for the portal that the person is signed in to. */
export async function signedInClient(): Promise<Client> {
  const { url, token } = await loadCredentials();
  return new Client(url, token);
}

export function addSessionCommands(program: Command): void {
  program
    .command("login")
    .description("sign in to a portal and keep an access token for later commands")
    .option("--url <url>", "address of the portal", process.env.TRELLIS_URL ?? "http://localhost:3000")
    .option("--email <email>", "e-mail address; asked for when left out")
    .option("--password-stdin", "read the password from standard input")
    .option("--print-token", "print the token instead of keeping it")
    .action(async (options: { url: string; email?: string; passwordStdin?: boolean; printToken?: boolean }) => {
      const email = options.email ?? (await ask("E-mail: "));
      const password = options.passwordStdin ? await readStandardInput() : await ask("Password: ", true);
      const tokenName = `trellis on ${os.hostname()}`.slice(0, 32);
      const { token, user } = await new Client(options.url, null).post<{ token: string; user: Person }>("/login", { email, password, tokenName });
      if (options.printToken) return void process.stdout.write(`${token}\n`);
      const file = await saveCredentials({ url: options.url, token });
      process.stdout.write(`Signed in to ${options.url} as ${user.name} (${user.role.replace("_", " ")}). The token is in ${file}.\n`);
    });
  program
    .command("logout")
    .description("forget the access token")
    .action(async () => {
      await removeCredentials();
      process.stdout.write("Signed out.\n");
    });
  program
    .command("whoami")
    .description("show who is signed in, and where")
    .option("--json", "as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const client = await signedInClient();
      const me = await client.get<Person>("/me");
      print(json, { ...me, url: client.url }, () => `${me.name} <${me.email}>, ${me.role.replace("_", " ")}, at ${client.url}`);
    });
}
