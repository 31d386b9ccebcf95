"use client";

import { useQuery } from "@tanstack/react-query";
import type { TemplateManifest } from "@trellis/core/scaffolder/domain/template-manifest.ts";
import { Button, Card, Field, RadioCards, TextArea, TextInput } from "@trellis/ui";
import { Eye, Lock } from "lucide-react";
import { type FormEvent, useDeferredValue, useState } from "react";
import { useTRPC } from "@/live/trpc";
import { ParameterField } from "./parameter-field";

export type ProjectDraft = {
  slug: string;
  title: string;
  description: string;
  visibility: "internal" | "private";
  answers: Record<string, string | number | boolean>;
};

type Props = {
  manifest: TemplateManifest;
  draft: ProjectDraft;
  onChange(draft: ProjectDraft): void;
  issues: { path: string; message: string }[];
  busy: boolean;
  onReview(): void;
};

/** The questions: name and description of the project, then the template's own. Faults show once a field was left. */
export function ProjectForm({ manifest, draft, onChange, issues, busy, onReview }: Props) {
  const trpc = useTRPC();
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [asked, setAsked] = useState(false);
  const slug = useDeferredValue(draft.slug);
  const name = useQuery({ ...trpc.scaffolder.checkName.queryOptions({ slug, template: manifest.name }), enabled: slug.length > 0 });
  const set = (changes: Partial<ProjectDraft>): void => onChange({ ...draft, ...changes });
  const touch = (field: string): void => setTouched(new Set([...touched, field]));
  const shown = (field: string): boolean => asked || touched.has(field);
  const nameProblem = draft.slug === "" ? "Name the project." : (name.data?.problem ?? null);
  const problemOf = (field: string): string | undefined => (shown(field) ? issues.find((issue) => issue.path === field)?.message : undefined);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAsked(true);
    if (!nameProblem && issues.length === 0) onReview();
  };
  return (
    <form noValidate className="flex max-w-[640px] flex-col gap-4" onSubmit={submit}>
      <Card title="Project">
        <div className="flex flex-col gap-4">
          <Field
            label="Name"
            required
            help="Lower case letters, digits and hyphens. It names the repository and cannot be changed later."
            error={draft.slug === "" && !shown("slug") ? undefined : (nameProblem ?? undefined)}
            labelAside={name.data?.available && name.data.slug === draft.slug ? <span className="text-xs text-ok-ink">Free</span> : null}
          >
            <TextInput
              mono
              value={draft.slug}
              placeholder="flight-delays"
              autoFocus
              onValueChange={(value) => set({ slug: value.trim() })}
              onBlur={() => touch("slug")}
            />
          </Field>
          <Field label="Title" help="How people read it. Left empty, the name is shown.">
            <TextInput value={draft.title} maxLength={100} onValueChange={(title) => set({ title })} />
          </Field>
          <Field label="Description">
            <TextArea rows={2} value={draft.description} maxLength={2_000} onValueChange={(description) => set({ description })} />
          </Field>
          <RadioCards
            label="Who can see it"
            columns={2}
            value={draft.visibility}
            onChange={(visibility) => set({ visibility })}
            items={[
              { value: "internal", title: "Internal", description: "Everyone here can read it; members change it.", icon: Eye },
              { value: "private", title: "Private", description: "Only members can see it.", icon: Lock },
            ]}
          />
        </div>
      </Card>
      <Card title={manifest.title}>
        <div className="flex flex-col gap-4">
          {manifest.parameters.map((parameter) => (
            <ParameterField
              key={parameter.name}
              parameter={parameter}
              value={draft.answers[parameter.name]}
              error={problemOf(parameter.name)}
              onBlur={() => touch(parameter.name)}
              onChange={(value) => set({ answers: { ...draft.answers, [parameter.name]: value } })}
            />
          ))}
        </div>
      </Card>
      <div>
        <Button type="submit" variant="primary" loading={busy}>
          Review files
        </Button>
      </div>
    </form>
  );
}
