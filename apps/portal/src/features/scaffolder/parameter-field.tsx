"use client";

import type { TemplateParameter } from "@trellis/core/scaffolder/domain/template-manifest.ts";
import { Field, NumberInput, Select, Switch, TextInput } from "@trellis/ui";

type Value = string | number | boolean;
type Props = { parameter: TemplateParameter; value: Value | undefined; error: string | undefined; onBlur(): void; onChange(value: Value): void };

/** One question of a template, as the control that fits its type. */
export function ParameterField({ parameter, value, error, onBlur, onChange }: Props) {
  if (parameter.type === "boolean") return <Switch label={parameter.title} checked={value === true} onCheckedChange={onChange} />;
  return (
    <div onBlur={onBlur}>
      <Field label={parameter.title} help={parameter.description} error={error} required={parameter.required}>
        <Control parameter={parameter} value={value} onChange={onChange} />
      </Field>
    </div>
  );
}

function Control({ parameter, value, onChange }: Pick<Props, "parameter" | "value" | "onChange">) {
  if (parameter.type === "choice") {
    return (
      <Select
        options={parameter.choices.map((choice) => ({ value: String(choice.value), label: choice.title, description: choice.description }))}
        value={value === undefined ? null : String(value)}
        onValueChange={onChange}
      />
    );
  }
  if (parameter.type === "integer" || parameter.type === "number") {
    return (
      <NumberInput
        value={typeof value === "number" ? value : null}
        min={parameter.min ?? undefined}
        max={parameter.max ?? undefined}
        onValueChange={(number) => onChange(number ?? "")}
      />
    );
  }
  return <TextInput value={String(value ?? "")} placeholder={parameter.placeholder} onValueChange={onChange} />;
}
