"use client";

import { useMutation } from "@tanstack/react-query";
import { checkParameters } from "@trellis/core/pipelines/domain/parameters.ts";
import type { ParameterSpec, ParameterValue, PipelineSpec } from "@trellis/core/pipelines/domain/pipeline-spec.ts";
import { Button, Checkbox, Dialog, Field, Notice, SegmentedControl, Select, Switch, TextInput, useNavigate } from "@trellis/ui";
import { Play } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTRPC } from "@/live/trpc";

type Props = { slug: string; pipeline: PipelineSpec };
type Earlier = { runId: string; number: number; parameters: Record<string, ParameterValue> };

/** Starts a run of a pipeline after asking for its parameters. */
export function StartRunButton(props: Props & { primary?: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon={Play} size="sm" variant={props.primary ? "primary" : "secondary"} onClick={() => setOpen(true)}>
        Run
      </Button>
      {open ? <StartRunDialog {...props} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

/** The form of a run's parameters, with the pipeline's defaults or, to run it again, the values of an earlier run. */
export function StartRunDialog({ slug, pipeline, earlier, onClose }: Props & { earlier?: Earlier; onClose(): void }) {
  const trpc = useTRPC();
  const navigate = useNavigate();
  const specs = pipeline.parameters;
  const [given, setGiven] = useState<Record<string, unknown>>(() =>
    Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, earlier?.parameters[name] ?? spec.default ?? ""])),
  );
  const [code, setCode] = useState<"same" | "latest">("same");
  const [anew, setAnew] = useState<string[]>([]);
  const onSuccess = ({ number }: { number: number }): void => navigate(`/projects/${slug}/runs/${number}`);
  const start = useMutation(trpc.pipelines.start.mutationOptions({ onSuccess }));
  const rerun = useMutation(trpc.pipelines.rerun.mutationOptions({ onSuccess }));
  const error = start.error ?? rerun.error;
  const checked = checkParameters(specs, given);
  const problem = (name: string): string | undefined => checked.issues.find((issue) => issue.path === name || issue.path.endsWith(`.${name}`))?.message;
  const isEqual = earlier !== undefined && code === "same" && Object.entries(checked.values).every(([name, value]) => earlier.parameters[name] === value);
  const cached = pipeline.steps.filter((step) => step.cache).map((step) => step.key);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (checked.issues.length > 0) return;
    if (!earlier) start.mutate({ project: slug, pipeline: pipeline.name, parameters: checked.values, noCache: anew });
    else rerun.mutate({ runId: earlier.runId, parameters: checked.values, code, ...(isEqual ? {} : { noCache: anew }) });
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title={earlier ? `Run ${earlier.number} again` : `Run ${pipeline.name}`}
      description={earlier ? `${pipeline.name} of ${slug}, with the same or other parameters.` : `Of ${slug}, at the newest commit on main.`}
    >
      <form noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {error ? <Notice tone="fail">{error.message}</Notice> : null}
        {earlier ? (
          <SegmentedControl
            label="Code"
            value={code}
            onChange={setCode}
            items={[
              { value: "same", label: "Code of that run" },
              { value: "latest", label: "Newest code" },
            ]}
          />
        ) : null}
        {Object.entries(specs).map(([name, spec]) => (
          <ParameterField
            key={name}
            name={name}
            spec={spec}
            value={given[name]}
            error={problem(name)}
            onChange={(value) => setGiven({ ...given, [name]: value })}
          />
        ))}
        {isEqual ? (
          <p className="text-xs text-dim">Nothing differs from run {earlier.number}, so every step is computed again.</p>
        ) : cached.length > 0 ? (
          <ComputeAnew steps={cached} anew={anew} onChange={setAnew} />
        ) : null}
        <Button type="submit" variant="primary" icon={Play} loading={start.isPending || rerun.isPending}>
          Start run
        </Button>
      </form>
    </Dialog>
  );
}

/** Which steps run even when an equal one has left its results. */
function ComputeAnew({ steps, anew, onChange }: { steps: string[]; anew: string[]; onChange(anew: string[]): void }) {
  const all = anew.length === steps.length;
  return (
    <fieldset className="flex flex-col gap-2 border-0 p-0">
      <legend className="mb-1 text-xs font-medium">Compute anew</legend>
      <p className="text-xs text-dim">A step whose code, data and parameters have not changed uses its earlier results, unless it is ticked.</p>
      <div className="flex flex-wrap gap-x-4 gap-y-2">
        <Checkbox label="All" checked={all} indeterminate={!all && anew.length > 0} onCheckedChange={(on) => onChange(on ? steps : [])} />
        {steps.map((step) => (
          <Checkbox
            key={step}
            label={<span className="font-mono">{step}</span>}
            checked={anew.includes(step)}
            onCheckedChange={(on) => onChange(on ? [...anew, step] : anew.filter((other) => other !== step))}
          />
        ))}
      </div>
    </fieldset>
  );
}

function ParameterField({
  name,
  spec,
  value,
  error,
  onChange,
}: {
  name: string;
  spec: ParameterSpec;
  value: unknown;
  error: string | undefined;
  onChange(value: unknown): void;
}) {
  if (spec.type === "boolean") return <Switch label={name} checked={value === true} onCheckedChange={onChange} />;
  const range = [spec.min === null ? null : `at least ${spec.min}`, spec.max === null ? null : `at most ${spec.max}`].filter(Boolean).join(", ");
  return (
    <Field label={name} help={[spec.description, range].filter(Boolean).join(" · ")} error={error} mono>
      {spec.choices ? (
        <Select options={spec.choices.map((choice) => ({ value: String(choice), label: String(choice) }))} value={String(value)} onValueChange={onChange} />
      ) : (
        <TextInput value={String(value ?? "")} inputMode={spec.type === "string" ? "text" : "decimal"} onValueChange={onChange} />
      )}
    </Field>
  );
}
