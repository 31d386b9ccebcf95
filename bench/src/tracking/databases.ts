import pg from "pg";

/** The server on which both sides get databases of their own. */
export const DATABASE_SERVER = process.env["TRELLIS_BENCH_DATABASE_URL"] ?? "postgres://postgres@127.0.0.1:5432/postgres";

/** The address of a new, empty database of this name. */
export async function freshDatabase(name: string): Promise<string> {
  await onServer(`drop database if exists ${name} with (force)`, `create database ${name}`);
  const url = new URL(DATABASE_SERVER);
  url.pathname = `/${name}`;
  return url.href;
}

export async function dropDatabase(name: string): Promise<void> {
  await onServer(`drop database if exists ${name} with (force)`);
}

async function onServer(...statements: string[]): Promise<void> {
  const client = new pg.Client(DATABASE_SERVER);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
