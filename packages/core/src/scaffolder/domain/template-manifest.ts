/** A value that a person answers in the form. */
export type Answer = string | number | boolean;
export type Answers = Record<string, Answer>;

export const PARAMETER_TYPES = ["string", "integer", "number", "boolean", "choice"] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

export type Choice = { value: string; title: string; description: string };

/** One question of the form. */
export type TemplateParameter = {
  name: string;
  title: string;
  /** Hint below the field. */
  description: string;
  type: ParameterType;
  /** What holds until the person changes it; text may name values before it as `{{ values.name }}`. */
  default: Answer | null;
  required: boolean;
  /** Regular expression that the whole text must match, and what to say when it does not. */
  pattern: string | null;
  patternMessage: string | null;
  /** Texts that are refused although they match. */
  reserved: string[];
  min: number | null;
  max: number | null;
  minLength: number | null;
  maxLength: number | null;
  multiline: boolean;
  choices: Choice[];
  placeholder: string;
  /** Belongs below a fold: most people leave it as it is. */
  advanced: boolean;
};

/** Something that exists afterwards; texts may name values as `{{ values.name }}`. */
export type MadeThing = { kind: string; name: string; description: string };

/** What the page offers at the end: a place in the portal, or a command to copy. */
export type TemplateOutput = { title: string; to: string | null; command: string | null };

/** What a template is, what it asks and what it makes: `template.yaml`. */
export type TemplateManifest = {
  name: string;
  version: string;
  title: string;
  description: string;
  owner: string;
  tags: string[];
  makes: MadeThing[];
  /** What the template asks of the project's own name, title and description. */
  project: { slug: TemplateParameter | null; title: TemplateParameter | null; description: TemplateParameter | null };
  /** All other questions, in order. */
  parameters: TemplateParameter[];
  /** Values that are made from the others: a Jinja expression each. */
  derived: { name: string; expression: string }[];
  /** Files whose contents are rendered, and files whose contents are copied; globs below `skeleton/`. */
  render: string[];
  copy: string[];
  outputs: TemplateOutput[];
  /** Pipeline whose first run starts by itself; null = the first one in `trellis.yaml`. */
  firstRun: string | null;
};

/** The folder of a template's files, beside its manifest. */
export const SKELETON = "skeleton";

/** What becomes of a file: its contents are rendered, or copied; null when the manifest does not say, or says both. */
export function treatmentOf(manifest: Pick<TemplateManifest, "render" | "copy">, path: string): "render" | "copy" | null {
  const isRendered = manifest.render.some((glob) => globExpression(glob).test(path));
  const isCopied = manifest.copy.some((glob) => globExpression(glob).test(path));
  if (isRendered === isCopied) return null;
  return isRendered ? "render" : "copy";
}

function globExpression(glob: string): RegExp {
  const source = glob.replaceAll(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}
