import pg from "pg";

/** Exits with 0 when databases may be made at this address. */
const client = new pg.Client({ connectionString: process.argv[2], connectionTimeoutMillis: 3_000 });
await client.connect();
const { rows } = await client.query("select rolcreatedb or rolsuper as allowed from pg_roles where rolname = current_user");
await client.end();
process.exitCode = rows[0]?.allowed ? 0 : 1;
