import { Environment } from "minijinja-js";
import { formatDate } from "./compat/format-date.ts";
import { JSON_FILTERS } from "./compat/json-filters.ts";
import { type EngineValue, pythonText } from "./compat/python-text.ts";
import { PRINT_FILTER } from "./compat/rewrite-template.ts";
import { type Filter, TEXT_FILTERS } from "./compat/text-filters.ts";

/** What a filter reported while a template was rendered. */
export type FilterFailure = { filter: string; message: string };

/** An engine with our filters. `takeFailure` gives what a filter reported since it was last asked. */
export type TemplateEnvironment = { engine: Environment; takeFailure(): FilterFailure | null };

// Instructions that one template may run. Loops end within a fraction of a second.
const FUEL = 1_000_000;
const MAX_FILTER_RESULT_LENGTH = 5 * 1024 * 1024;

/** Builds an engine that treats undefined names as errors and knows nothing of the machine; `now` is fixed for the rendering. */
export function createTemplateEnvironment(now: Date): TemplateEnvironment {
  const engine = new Environment();
  engine.undefinedBehavior = "strict";
  engine.keepTrailingNewline = true;
  engine.fuel = FUEL;
  engine.enablePyCompat();
  let failure: FilterFailure | null = null;
  const guard = (name: string, filter: Filter) => guardFilter(filter, (message) => (failure ??= { filter: name, message }));
  for (const [name, filter] of Object.entries({ ...TEXT_FILTERS, ...JSON_FILTERS, [PRINT_FILTER]: pythonText })) {
    engine.addFilter(name, guard(name, filter));
  }
  const tellTime: Filter = (_zone, pattern) => formatDate(now, pythonText(pattern ?? "%Y-%m-%d"));
  engine.addGlobal("now", guard("now", tellTime));
  return {
    engine,
    takeFailure() {
      const taken = failure;
      failure = null;
      return taken;
    },
  };
}

/** An exception inside a filter would break the engine for good, so it is kept aside and the filter gives an empty text. */
function guardFilter(filter: Filter, report: (message: string) => void): Filter {
  return (value, ...given): EngineValue => {
    try {
      const result = filter(value, ...given);
      if (typeof result === "string" && result.length > MAX_FILTER_RESULT_LENGTH) throw new Error("makes a text that is too long");
      return result;
    } catch (error) {
      report(error instanceof Error ? error.message : String(error));
      return "";
    }
  };
}
