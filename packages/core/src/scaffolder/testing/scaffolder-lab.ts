import type { Database } from "@trellis/db";
import { type CommitRequest, SourceHostCapability } from "../../catalog/ports.ts";
import { MemorySourceHost } from "../../catalog/testing/memory-source-host.ts";
import { actingAs, testContext } from "../../kernel/testing/test-context.ts";
import { PythonEnvironmentsCapability } from "../../pipelines/ports.ts";
import { FakeEnvironments } from "../../pipelines/testing/fake-environments.ts";
import { TemplateCatalogCapability, TemplateEngineCapability } from "../ports.ts";
import { MemoryTemplateCatalog } from "./memory-template-catalog.ts";
import { plainTemplateEngine } from "./plain-template-engine.ts";

export const MANIFEST = `
apiVersion: trellis/v1
kind: Template
name: small
version: 1.2.0
title: Small model
description: A small template
owner: platform
makes:
  - { kind: pipeline, name: train, description: Two steps }
  - { kind: deployment, name: "{{ values.slug }}-production", description: "Late after {{ values.minutes }} minutes" }
parameters:
  - { name: slug, title: Name, type: string, reserved: [numpy] }
  - { name: minutes, title: Minutes, type: integer, default: 15, min: 1 }
derived:
  package: "{{ values.slug | replace('-', '_') }}"
render: ["*.yaml", "*.md", "src/**", "uv.lock"]
copy: ["data/**"]
`;

export const TRELLIS_YAML = `version: 1
project: {{ values.slug }}
pipelines:
  train:
    steps:
      prepare: { stage: data, run: "python -m {{ values.package }}.prepare", inputs: [data], outputs: [work] }
      train: { stage: train, run: "python -m {{ values.package }}.train", needs: [prepare], outputs: [model] }
    register: { model: "{{ values.slug }}", from: train, path: model }
monitors:
  production: { environment: production, window: 7d }
`;

/** Remembers every commit that it has really made. */
class WitnessingSourceHost extends MemorySourceHost {
  readonly made: { repository: string; request: CommitRequest }[] = [];

  override async commit(repository: string, request: CommitRequest) {
    const done = await super.commit(repository, request);
    if (done.created) this.made.push({ repository, request });
    return done;
  }
}

/** A portal's worth of fakes with one small template, and people. */
export async function openScaffolderLab(db: Database) {
  const sources = new WitnessingSourceHost();
  const catalog = new MemoryTemplateCatalog({
    small: {
      "template.yaml": MANIFEST,
      "skeleton/trellis.yaml": TRELLIS_YAML,
      "skeleton/README.md": "# {{ values.title }}\n\nLate after {{ values.minutes }} minutes.\nNothing else.\n",
      "skeleton/src/{{ values.package }}/run.sh": "echo {{ values.slug }}\n",
      "skeleton/uv.lock": "version = 1\n",
      "skeleton/data/a.csv": "x,y\n1,{{ not a value }}\n",
      "skeleton/data/b.bin": Buffer.from([0, 1, 2, 255]),
    },
    broken: { "template.yaml": "name: broken\n" },
  });
  const environments = new FakeEnvironments();
  const clock = { now: new Date("2026-11-24T10:00:00Z") };
  const system = testContext({
    db,
    now: () => clock.now,
    ports: [
      [SourceHostCapability, sources],
      [TemplateCatalogCapability, catalog],
      [TemplateEngineCapability, plainTemplateEngine],
      [PythonEnvironmentsCapability, environments],
    ],
  });
  return {
    sources,
    catalog,
    environments,
    clock,
    system,
    ada: await actingAs(system, "Ada Lovelace", "data_scientist"),
    viewer: await actingAs(system, "Vera", "viewer"),
    other: await actingAs(system, "Otto", "data_scientist"),
  };
}
