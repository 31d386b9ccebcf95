"use client";

import { useMutation } from "@tanstack/react-query";
import { checkParameters } from "@trellis/core/pipelines/domain/parameters.ts";
import type { ParameterSpec } from "@trellis/core/pipelines/domain/pipeline-spec.ts";
import { Button, Dialog, Field, Notice, Select, Switch, TextInput, useNavigate } from "@trellis/ui";
import { Play } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTRPC } from "@/live/trpc";

type Specs = Record<string, ParameterSpec>;
type Values = Record<string, string | number | boolean>;
type Props = { slug: string; pipeline: string; specs: Specs };

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

/** The form of a run's parameters, with the pipeline's defaults or the values of an earlier run. */
export function StartRunDialog({ slug, pipeline, specs, values = {}, onClose }: Props & { values?: Values; onClose(): void }) {
  const trpc = useTRPC();
  const navigate = useNavigate();
  const [given, setGiven] = useState<Record<string, unknown>>(() =>
    Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, values[name] ?? spec.default ?? ""])),
  );
  const start = useMutation(trpc.pipelines.start.mutationOptions({ onSuccess: ({ number }) => navigate(`/projects/${slug}/runs/${number}`) }));
  const checked = checkParameters(specs, given);
  const problem = (name: string): string | undefined => checked.issues.find((issue) => issue.path === name || issue.path.endsWith(`.${name}`))?.message;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (checked.issues.length === 0) start.mutate({ project: slug, pipeline, parameters: checked.values });
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title={`Run ${pipeline}`}
      description={`Of ${slug}, at the newest commit on main.`}
    >
      <form noValidate className="flex flex-col gap-4" onSubmit={submit}>
        {start.error ? <Notice tone="fail">{start.error.message}</Notice> : null}
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
        <Button type="submit" variant="primary" icon={Play} loading={start.isPending}>
          Start run
        </Button>
      </form>
    </Dialog>
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
