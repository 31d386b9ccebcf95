import type { Answer, Answers, TemplateManifest, TemplateParameter } from "./template-manifest.ts";

/** Longest text that an answer may be, in characters, unless the template allows less. */
const MAX_TEXT = 500;
const TRUE_WORDS = new Set(["true", "yes", "on", "1"]);
const FALSE_WORDS = new Set(["false", "no", "off", "0"]);

export type ProjectValues = { slug: string; title: string; description: string };
export type AnswerIssue = { /** Name of the parameter. */ path: string; message: string };

const NO_PROJECT: ProjectValues = { slug: "", title: "", description: "" };

/** What the form shows before anybody has answered: the defaults, with `{{ values.name }}` filled in. Parameters without one are left out. */
export function defaultAnswers(manifest: TemplateManifest, project: ProjectValues = NO_PROJECT): Answers {
  const answers: Answers = {};
  for (const parameter of manifest.parameters) {
    if (parameter.default !== null) answers[parameter.name] = fillInAnswer(parameter.default, { ...project, ...answers });
  }
  return answers;
}

/**
 * Checks answers against the manifest and adds the defaults. The same function runs in the form and on the server. Numbers and
 * yes-or-no answers may come as text. With issues, `values` holds what is right so far.
 */
export function checkAnswers(
  manifest: TemplateManifest,
  given: Record<string, unknown>,
  project: ProjectValues = NO_PROJECT,
): { values: Answers; issues: AnswerIssue[] } {
  const issues: AnswerIssue[] = [];
  const values: Answers = {};
  const known = new Set(manifest.parameters.map(({ name }) => name));
  for (const name of Object.keys(given)) {
    if (!known.has(name)) issues.push({ path: name, message: `The template ${manifest.name} has no parameter ${name}.` });
  }
  for (const parameter of manifest.parameters) {
    const raw = Object.hasOwn(given, parameter.name) ? given[parameter.name] : undefined;
    const checked = checkAnswer(parameter, raw, { ...project, ...values });
    if ("issue" in checked) issues.push({ path: parameter.name, message: checked.issue });
    else values[parameter.name] = checked.value;
  }
  return { values, issues };
}

/** Checks the project's own name, title and description against what the template asks of them; an empty one takes the template's default. */
export function checkProjectValues(manifest: TemplateManifest, given: ProjectValues): { project: ProjectValues; issues: AnswerIssue[] } {
  const issues: AnswerIssue[] = [];
  const project = { ...given };
  for (const name of ["slug", "title", "description"] as const) {
    const parameter = manifest.project[name];
    if (!parameter) continue;
    // A name is always the person's own: the template's default is an example.
    const raw = name === "slug" || given[name] !== "" ? given[name] : undefined;
    const checked = checkAnswer(parameter, raw, project);
    if ("issue" in checked) issues.push({ path: name, message: checked.issue });
    else project[name] = String(checked.value);
  }
  return { project, issues };
}

/** Replaces `{{ values.name }}` in a text, once: what is put in is never read as a template itself. Other placeholders stay. */
export function fillIn(text: string, values: Answers): string {
  return text.replaceAll(/\{\{\s*values\.(\w+)\s*\}\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}

type Checked = { value: Answer } | { issue: string };

function checkAnswer(parameter: TemplateParameter, given: unknown, known: Answers): Checked {
  const raw = typeof given === "string" ? given.trim() : given;
  if (raw === undefined || raw === null || raw === "") {
    if (parameter.default !== null && raw !== "") return { value: fillInAnswer(parameter.default, known) };
    if (parameter.required) return { issue: `Enter ${parameter.title.toLowerCase()}.` };
    if (parameter.type === "string") return { value: "" };
    return parameter.default === null ? { issue: `Enter ${parameter.title.toLowerCase()}.` } : { value: fillInAnswer(parameter.default, known) };
  }
  switch (parameter.type) {
    case "integer":
    case "number":
      return checkNumber(parameter, raw);
    case "boolean":
      return checkBoolean(raw);
    case "choice":
      return checkChoice(parameter, raw);
    case "string":
      return checkText(parameter, raw);
  }
}

function checkNumber(parameter: TemplateParameter, raw: unknown): Checked {
  const value = typeof raw === "number" ? raw : typeof raw === "string" ? Number(raw) : Number.NaN;
  if (!Number.isFinite(value)) return { issue: "Enter a number." };
  if (parameter.type === "integer" && !Number.isSafeInteger(value)) return { issue: "Enter a whole number." };
  if (parameter.min !== null && value < parameter.min) return { issue: `Enter at least ${parameter.min}.` };
  if (parameter.max !== null && value > parameter.max) return { issue: `Enter at most ${parameter.max}.` };
  return { value };
}

function checkBoolean(raw: unknown): Checked {
  if (typeof raw === "boolean") return { value: raw };
  const word = String(raw).toLowerCase();
  if (TRUE_WORDS.has(word)) return { value: true };
  return FALSE_WORDS.has(word) ? { value: false } : { issue: "Answer yes or no." };
}

function checkChoice(parameter: TemplateParameter, raw: unknown): Checked {
  const value = String(raw);
  if (parameter.choices.some((choice) => choice.value === value)) return { value };
  return { issue: `Choose one of ${parameter.choices.map((choice) => choice.value).join(", ")}.` };
}

function checkText(parameter: TemplateParameter, raw: unknown): Checked {
  if (typeof raw !== "string" && typeof raw !== "number" && typeof raw !== "boolean") return { issue: "Enter text." };
  const value = String(raw);
  const longest = Math.min(parameter.maxLength ?? MAX_TEXT, MAX_TEXT);
  if (value.length > longest) return { issue: `Enter at most ${longest} characters.` };
  if (value.length < (parameter.minLength ?? 0)) return { issue: `Enter at least ${parameter.minLength ?? 0} characters.` };
  if (!parameter.multiline && [...value].some(isControl)) return { issue: "Enter one line of text." };
  if (parameter.pattern !== null && !new RegExp(`^(?:${parameter.pattern})$`, "u").test(value)) {
    return { issue: parameter.patternMessage ?? `Enter text of the form ${parameter.pattern}.` };
  }
  if (parameter.reserved.includes(value)) return { issue: `The name ${value} is taken: it has a meaning of its own in such a project. Choose another.` };
  return { value };
}

function isControl(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0x2028 || code === 0x2029;
}

function fillInAnswer(value: Answer, known: Answers): Answer {
  return typeof value === "string" ? fillIn(value, known) : value;
}
