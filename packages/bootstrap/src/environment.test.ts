import { describe, expect, it } from "vitest";
import { readEnvironment } from "./environment.ts";

describe("readEnvironment", () => {
  it("has a default for everything", () => {
    expect(readEnvironment({}, "/srv/trellis")).toEqual({
      port: 3000,
      secretKey: undefined,
      webhooks: "public",
      keepDeletedDays: 30,
      host: "127.0.0.1",
      dataFolder: "/srv/trellis/data",
      databaseUrl: undefined,
      s3: undefined,
      administrator: undefined,
      variables: {},
    });
  });

  it("takes an empty variable as not set", () => {
    expect(readEnvironment({ PORT: "", DATABASE_URL: "" }, "/srv").port).toBe(3000);
  });

  it("puts files of runs and models into a bucket when one is named", () => {
    expect(readEnvironment({ TRELLIS_S3_BUCKET: "models" }, "/srv").s3).toEqual({ bucket: "models", prefix: "", region: "us-east-1" });
    const own = { TRELLIS_S3_BUCKET: "b", TRELLIS_S3_PREFIX: "/trellis/prod", TRELLIS_S3_ENDPOINT: "http://minio:9000", AWS_REGION: "eu-central-1" };
    expect(readEnvironment(own, "/srv").s3).toEqual({ bucket: "b", prefix: "trellis/prod/", region: "eu-central-1", endpoint: "http://minio:9000" });
    expect(() => readEnvironment({ TRELLIS_S3_ENDPOINT: "http://minio:9000" }, "/srv")).toThrow(/TRELLIS_S3_BUCKET/);
  });

  it("names every setting that is wrong", () => {
    expect(() => readEnvironment({ PORT: "many", DATABASE_URL: "mysql://localhost" }, "/srv")).toThrow(
      /PORT must be a number; DATABASE_URL must begin with postgres/,
    );
  });

  it("wants the administrator's address and password together", () => {
    expect(() => readEnvironment({ TRELLIS_ADMIN_EMAIL: "ada@example.org" }, "/srv")).toThrow(/both/);
  });
});
