import { describe, expect, it } from "vitest";
import { readEnvironment } from "./environment.ts";

describe("readEnvironment", () => {
  it("has a default for everything", () => {
    expect(readEnvironment({}, "/srv/trellis")).toEqual({
      port: 3000,
      host: "127.0.0.1",
      dataFolder: "/srv/trellis/data",
      databaseUrl: undefined,
      administrator: undefined,
      variables: {},
    });
  });

  it("takes an empty variable as not set", () => {
    expect(readEnvironment({ PORT: "", DATABASE_URL: "" }, "/srv").port).toBe(3000);
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
