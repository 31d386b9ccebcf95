import path from "node:path";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import { z } from "zod";

/** The settings of a portal. Everything has a default but the administrator, who can also be made in the browser. */
export type Environment = {
  port: number;
  host: string;
  /** Absolute path of the folder that holds everything that must be kept. */
  dataFolder: string;
  /** PostgreSQL, or undefined for the embedded database. */
  databaseUrl: string | undefined;
  /** The bucket for files of runs and models, or undefined for the data folder. */
  s3: { bucket: string; prefix: string; endpoint?: string; region: string } | undefined;
  /** Steps that run at the same time, counted in CPUs; undefined: as many as this machine has, at least two. */
  slots: number | undefined;
  /** The cluster that runs steps, or undefined: they are processes of this machine. */
  ray: { address: string; token: string | undefined } | undefined;
  /** The key that seals secrets, 32 bytes in base64; undefined: one that is made and kept in the data folder. */
  secretKey: string | undefined;
  /** Where webhooks may lead: to public addresses over HTTPS, or anywhere. */
  webhooks: "public" | "any";
  /** Days after which a deleted experiment, run or logged model is removed for good. */
  keepDeletedDays: number;
  /** The first administrator, made at start while nobody exists. */
  administrator: { email: string; password: string } | undefined;
  /** All variables of the process; providers pick by name what their programs need (PATH, how packages are reached). */
  variables: NodeJS.ProcessEnv;
};

const environmentSchema = z.object({
  PORT: z.coerce.number("must be a number").int().min(0).max(65_535).default(3000),
  HOST: z.string().min(1).default("127.0.0.1"),
  TRELLIS_DATA: z.string().min(1).default("./data"),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "must begin with postgres://" }).optional(),
  TRELLIS_S3_BUCKET: z.string().optional(),
  TRELLIS_S3_PREFIX: z.string().default(""),
  TRELLIS_S3_ENDPOINT: z.url({ protocol: /^https?$/, error: "must begin with https:// or http://" }).optional(),
  TRELLIS_SLOTS: z.coerce.number("must be a number").int().min(1).max(10_000).optional(),
  TRELLIS_RAY_ADDRESS: z.url({ protocol: /^https?$/, error: "must begin with http:// or https://, e.g. http://ray-head:8265" }).optional(),
  TRELLIS_RAY_TOKEN: z.string().optional(),
  AWS_REGION: z.string().optional(),
  AWS_DEFAULT_REGION: z.string().optional(),
  TRELLIS_SECRET_KEY: z.base64("must be 32 bytes in base64").optional(),
  TRELLIS_WEBHOOKS: z.enum(["public", "any"], "must be public or any").default("public"),
  TRELLIS_KEEP_DELETED_DAYS: z.coerce.number("must be a number").min(0).max(36_500).default(30),
  TRELLIS_ADMIN_EMAIL: z.email("must be an e-mail address").optional(),
  TRELLIS_ADMIN_PASSWORD: z.string().min(10, "must have at least 10 characters").optional(),
});

/** Reads the settings once, at start. INVALID names every variable that is wrong; empty ones count as not set. */
export function readEnvironment(variables: NodeJS.ProcessEnv, folder: string): Environment {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
    throw new CoreError("INVALID", `These settings are not valid: ${issues.map(({ path: name, message }) => `${name} ${message}`).join("; ")}.`, { issues });
  }
  const values = parsed.data;
  const { TRELLIS_ADMIN_EMAIL: email, TRELLIS_ADMIN_PASSWORD: password } = values;
  if (Boolean(email) !== Boolean(password)) throw new CoreError("INVALID", "Set both TRELLIS_ADMIN_EMAIL and TRELLIS_ADMIN_PASSWORD, or neither.");
  if (values.TRELLIS_S3_ENDPOINT && !values.TRELLIS_S3_BUCKET) throw new CoreError("INVALID", "Set TRELLIS_S3_BUCKET too, or leave out TRELLIS_S3_ENDPOINT.");
  return {
    port: values.PORT,
    host: values.HOST,
    dataFolder: path.resolve(folder, values.TRELLIS_DATA),
    databaseUrl: values.DATABASE_URL,
    s3: values.TRELLIS_S3_BUCKET
      ? {
          bucket: values.TRELLIS_S3_BUCKET,
          prefix: values.TRELLIS_S3_PREFIX.replace(/^\/+/, "").replace(/([^/])\/*$/, "$1/"),
          region: values.AWS_REGION ?? values.AWS_DEFAULT_REGION ?? "us-east-1",
          ...(values.TRELLIS_S3_ENDPOINT ? { endpoint: values.TRELLIS_S3_ENDPOINT } : {}),
        }
      : undefined,
    slots: values.TRELLIS_SLOTS,
    ray: values.TRELLIS_RAY_ADDRESS ? { address: values.TRELLIS_RAY_ADDRESS, token: values.TRELLIS_RAY_TOKEN } : undefined,
    secretKey: values.TRELLIS_SECRET_KEY,
    webhooks: values.TRELLIS_WEBHOOKS,
    keepDeletedDays: values.TRELLIS_KEEP_DELETED_DAYS,
    administrator: email && password ? { email, password } : undefined,
    variables,
  };
}
