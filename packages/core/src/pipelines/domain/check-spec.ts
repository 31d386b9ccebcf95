import { conditionLeaves } from "./condition.ts";
import { checkParameters, parameterProblem } from "./parameters.ts";
import { ENVIRONMENT_STEP, type PipelineSpec, type ProjectSpec, type StepSpec, type TriggerSpec } from "./pipeline-spec.ts";
import { scheduleProblem } from "./schedule.ts";
import { orderSteps, stepsAfter } from "./step-graph.ts";
import { placeholdersOf, triggerName } from "./trigger.ts";

/** A fault of the file, at the field where it is best mended. */
export type SpecFault = { path: (string | number)[]; message: string };

const MAX_STEPS = 200;

/** Variables of the step contract, beside those that begin with TRELLIS_. */
const RESERVED_VARIABLES = new Set(["PATH", "HOME", "PYTHONPATH", "VIRTUAL_ENV"]);

/** Checks what the shape alone cannot: names that must exist, cycles, defaults that fit, outputs that do not collide. */
export function checkSpec(spec: ProjectSpec): SpecFault[] {
  const faults = Object.values(spec.pipelines).flatMap((pipeline) =>
    checkPipeline(spec, pipeline).map((fault) => ({ ...fault, path: ["pipelines", pipeline.name, ...fault.path] })),
  );
  for (const [name, monitor] of Object.entries(spec.monitors)) {
    if (monitor.alertAfter > monitor.ofLast) {
      faults.push({
        path: ["monitors", name, "alert_after"],
        message: `alert_after is ${monitor.alertAfter} but only the last ${monitor.ofLast} windows count (of_last)`,
      });
    }
  }
  return faults;
}

function checkPipeline(spec: ProjectSpec, pipeline: PipelineSpec): SpecFault[] {
  return [
    ...checkStepCount(pipeline),
    ...pipeline.steps.flatMap((step) => checkStep(pipeline, step)),
    ...checkCycle(pipeline),
    ...checkOutputs(pipeline),
    ...checkDefaults(pipeline),
    ...checkRegister(pipeline),
    ...checkTriggers(spec, pipeline),
  ];
}

function checkStepCount({ steps }: PipelineSpec): SpecFault[] {
  if (steps.length === 0) return [{ path: ["steps"], message: "a pipeline needs at least one step" }];
  return steps.length > MAX_STEPS ? [{ path: ["steps"], message: `${steps.length} steps are too many; at most ${MAX_STEPS}` }] : [];
}

function checkStep(pipeline: PipelineSpec, step: StepSpec): SpecFault[] {
  const faults: SpecFault[] = [];
  if (step.key === ENVIRONMENT_STEP)
    faults.push({ path: ["steps", step.key], message: `the name ${ENVIRONMENT_STEP} is kept for the step that makes the Python environment; choose another` });
  const seen = new Set<string>();
  step.needs.forEach((need, index) => {
    const path = ["steps", step.key, "needs", index];
    if (need === step.key) faults.push({ path, message: `step ${step.key} needs itself` });
    else if (!pipeline.steps.some((other) => other.key === need))
      faults.push({ path, message: `there is no step ${need}; steps are ${pipeline.steps.map((other) => other.key).join(", ")}` });
    if (seen.has(need)) faults.push({ path, message: `${need} is listed twice` });
    seen.add(need);
  });
  return [...faults, ...checkStepNames(pipeline, step)];
}

/** Parameters, variables and conditions: the things that they name must be there. */
function checkStepNames({ parameters, steps }: PipelineSpec, step: StepSpec): SpecFault[] {
  const path = ["steps", step.key];
  const known = Object.keys(parameters).join(", ") || "none";
  const faults: SpecFault[] = [];
  step.parameters?.forEach((name, index) => {
    if (!Object.hasOwn(parameters, name))
      faults.push({ path: [...path, "parameters", index], message: `there is no parameter ${name}; parameters are ${known}` });
  });
  for (const name of Object.keys(step.environment)) {
    if (name.startsWith("TRELLIS_") || RESERVED_VARIABLES.has(name))
      faults.push({ path: [...path, "env", name], message: `Trellis sets ${name} itself; choose another name` });
  }
  for (const leaf of step.condition ? conditionLeaves(step.condition) : []) {
    const given = step.needs.flatMap((need) => steps.find((other) => other.key === need)?.outputs ?? []);
    if (leaf.kind === "parameter" && !Object.hasOwn(parameters, leaf.name))
      faults.push({ path: [...path, "if"], message: `there is no parameter ${leaf.name}; parameters are ${known}` });
    if (leaf.kind === "output" && !given.some((output) => output === leaf.path || isInside(leaf.path, output)))
      faults.push({ path: [...path, "if"], message: `${leaf.path} is not an output of a step that ${step.key} needs` });
    if (leaf.kind === "metric" && step.needs.length === 0)
      faults.push({ path: [...path, "if"], message: `metric ${leaf.name} can come only from a step that ${step.key} needs; it needs none` });
  }
  return faults;
}

function checkCycle({ steps }: PipelineSpec): SpecFault[] {
  const { cycle } = orderSteps(steps);
  // A step that needs itself has been named already.
  if (!cycle || cycle.length === 2) return [];
  return [{ path: ["steps", cycle[0] ?? "", "needs"], message: `steps wait for each other in a circle: ${cycle.join(" needs ")}` }];
}

function checkOutputs({ steps }: PipelineSpec): SpecFault[] {
  const faults: SpecFault[] = [];
  const taken: { path: string; step: string }[] = [];
  for (const step of steps) {
    step.outputs.forEach((output, index) => {
      const clash = taken.find((other) => other.path === output || isInside(output, other.path) || isInside(other.path, output));
      if (clash)
        faults.push({
          path: ["steps", step.key, "outputs", index],
          message: `${output} overlaps ${clash.path}, an output of step ${clash.step}; each output belongs to one step`,
        });
      taken.push({ path: output, step: step.key });
    });
  }
  return faults;
}

function checkDefaults({ parameters }: PipelineSpec): SpecFault[] {
  const faults: SpecFault[] = [];
  for (const [name, parameter] of Object.entries(parameters)) {
    if (parameter.min !== null && parameter.max !== null && parameter.min > parameter.max)
      faults.push({ path: ["parameters", name, "min"], message: `min ${parameter.min} is greater than max ${parameter.max}` });
    if ((parameter.min !== null || parameter.max !== null) && parameter.type !== "integer" && parameter.type !== "number")
      faults.push({ path: ["parameters", name], message: `min and max are for numbers; ${name} is a ${parameter.type}` });
    if (parameter.default === null) continue;
    const problem = parameterProblem(parameter, parameter.default);
    if (problem) faults.push({ path: ["parameters", name, "default"], message: `the default ${problem}` });
  }
  return faults;
}

function checkRegister({ register, deploy, steps }: PipelineSpec): SpecFault[] {
  if (!register) return deploy ? [{ path: ["deploy"], message: "deploy needs register: there is no model version to deploy" }] : [];
  const from = steps.find((step) => step.key === register.from);
  if (!from) return [{ path: ["register", "from"], message: `there is no step ${register.from}; steps are ${steps.map((step) => step.key).join(", ")}` }];
  const declared = from.outputs.some((output) => output === register.path || isInside(register.path, output));
  if (!declared) return [{ path: ["register", "path"], message: `${register.path} is not an output of step ${from.key}; add it to its outputs` }];
  return [];
}

function checkTriggers(spec: ProjectSpec, pipeline: PipelineSpec): SpecFault[] {
  const names = new Set<string>();
  return pipeline.triggers.flatMap((trigger, index) => {
    const path = ["triggers", index, trigger.kind];
    const faults = [...checkTriggerSubject(spec, pipeline, trigger, path), ...checkTriggerParameters(pipeline, trigger, path)];
    if (names.has(triggerName(trigger))) faults.push({ path, message: `the same trigger is listed twice: ${triggerName(trigger)}` });
    names.add(triggerName(trigger));
    return faults;
  });
}

/** What starts it must be there. */
function checkTriggerSubject(spec: ProjectSpec, own: PipelineSpec, trigger: TriggerSpec, path: SpecFault["path"]): SpecFault[] {
  if (trigger.kind === "drift" && !spec.monitors[trigger.monitor])
    return [
      {
        path: [...path, "monitor"],
        message: `there is no monitor ${trigger.monitor}; monitors are ${Object.keys(spec.monitors).join(", ") || "none"}`,
      },
    ];
  if (trigger.kind === "schedule") {
    const problem = scheduleProblem(trigger);
    return problem ? [{ path: [...path, problem.field], message: problem.message }] : [];
  }
  if (trigger.kind !== "pipeline") return [];
  if (!spec.pipelines[trigger.pipeline])
    return [{ path: [...path, "name"], message: `there is no pipeline ${trigger.pipeline}; pipelines are ${Object.keys(spec.pipelines).join(", ")}` }];
  const followed = Object.values(spec.pipelines).map((pipeline) => ({
    key: pipeline.name,
    needs: pipeline.triggers.flatMap((other) => (other.kind === "pipeline" ? [other.pipeline] : [])),
  }));
  return stepsAfter(followed, [own.name]).has(own.name)
    ? [{ path: [...path, "name"], message: `${own.name} would start itself again and again through ${trigger.pipeline}` }]
    : [];
}

function checkTriggerParameters(pipeline: PipelineSpec, trigger: TriggerSpec, path: SpecFault["path"]): SpecFault[] {
  const faults: SpecFault[] = [];
  const known = placeholdersOf(trigger);
  const isPlaceholder = (value: unknown): boolean => typeof value === "string" && known.includes(value);
  for (const [name, value] of Object.entries(trigger.parameters)) {
    if (!isPlaceholder(value)) continue;
    if (!pipeline.parameters[name]) faults.push({ path: [...path, "parameters", name], message: `there is no parameter ${name}` });
    else if (pipeline.parameters[name].type !== "string")
      faults.push({ path: [...path, "parameters", name], message: `${value} is a day such as 2001-02-28, so ${name} must be a string` });
  }
  const given = Object.fromEntries(Object.entries(trigger.parameters).filter(([, value]) => !isPlaceholder(value)));
  for (const issue of checkParameters(pipeline.parameters, given).issues) {
    // A message to a webhook may bring what the file does not give.
    const isMissing = !Object.hasOwn(trigger.parameters, issue.path);
    if (isPlaceholder(trigger.parameters[issue.path]) || (trigger.kind === "webhook" && isMissing)) continue;
    faults.push({ path: [...path, "parameters", issue.path], message: issue.message });
  }
  return faults;
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}
