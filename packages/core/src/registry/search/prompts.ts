import { type SQL, sql } from "drizzle-orm";
import type { Condition, Test } from "../../tracking/domain/search/filter.ts";
import { compileTagTest, compileTest } from "../../tracking/index.ts";

/** A registered model with this tag at `true` is a prompt, which the protocol keeps in the registry as well. */
const PROMPT_TAG = "mlflow.prompt.is_prompt";

/** Keeps prompts out of a search whose filter does not speak of them. */
export function withoutPrompts(tags: SQL, filter: readonly Condition[]): SQL {
  if (filter.some(({ subject }) => subject.entity === "tag" && subject.key === PROMPT_TAG)) return sql`true`;
  return sql`not ${tags} @> ${JSON.stringify({ [PROMPT_TAG]: "true" })}::jsonb`;
}

/** A test of a tag. What has no tag that says whether it is a prompt is none. */
export function compileRegistryTag(tags: SQL, key: string, test: Test): SQL {
  if (key !== PROMPT_TAG || (test.kind === "text" && test.operator === "=" && test.text === "true")) return compileTagTest(tags, key, test);
  return compileTest(sql`coalesce(${tags} ->> ${key}::text, 'false')`, test);
}
