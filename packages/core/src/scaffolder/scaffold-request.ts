import { z } from "zod";
import type { CoreContext } from "../kernel/context.ts";
import { CoreError } from "../kernel/errors.ts";
import { projectSlugProblem } from "../catalog/domain/project-slug.ts";
import { checkAnswers, checkProjectValues, type ProjectValues } from "./domain/answers.ts";
import type { Answers } from "./domain/template-manifest.ts";
import { loadTemplate, type Template } from "./templates.ts";

/** What the wizard sends: the template, the project's own values, and the answers to the template's questions. */
export const scaffoldRequestInput = z.object({
  template: z.string().max(64),
  slug: z.string().trim().max(64),
  title: z.string().trim().max(100).default(""),
  description: z.string().trim().max(2_000).default(""),
  visibility: z.enum(["internal", "private"]).default("internal"),
  teamId: z.uuid().nullish(),
  answers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

export type ScaffoldRequest = z.input<typeof scaffoldRequestInput>;
export type CheckedRequest = { template: Template; project: ProjectValues; visibility: "internal" | "private"; teamId: string | null; answers: Answers };

/** Checks a request against its template. INVALID names every wrong answer, as `answers.<name>`, or `slug`. */
export async function checkScaffoldRequest(ctx: CoreContext, input: ScaffoldRequest): Promise<CheckedRequest> {
  const request = scaffoldRequestInput.parse(input);
  const template = await loadTemplate(ctx, request.template);
  const { project, issues: projectIssues } = checkProjectValues(template.manifest, {
    slug: request.slug,
    title: request.title || titleFromSlug(request.slug),
    description: oneLine(request.description),
  });
  const slugProblem = projectSlugProblem(request.slug);
  const { values, issues } = checkAnswers(template.manifest, request.answers, project);
  const all = [
    ...(slugProblem ? [{ path: "slug", message: slugProblem }] : []),
    ...projectIssues.filter(({ path }) => path !== "slug" || !slugProblem),
    ...issues.map(({ path, message }) => ({ path: `answers.${path}`, message })),
  ];
  const [first] = all;
  if (first) throw new CoreError("INVALID", all.length === 1 ? first.message : `${all.length} answers need a correction: ${first.message}`, { issues: all });
  return { template, project, visibility: request.visibility, teamId: request.teamId ?? null, answers: values };
}

function titleFromSlug(slug: string): string {
  return slug.replaceAll("-", " ").replace(/^./, (first) => first.toUpperCase());
}

/** Templates put the description into YAML and TOML, where a line end would end the value. */
function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
}
