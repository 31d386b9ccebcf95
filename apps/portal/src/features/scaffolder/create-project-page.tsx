"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Notice, PageHeader, Stepper, useNavigate } from "@trellis/ui";
import { checkAnswers, defaultAnswers } from "@trellis/core/scaffolder/domain/answers.ts";
import { useState } from "react";
import { PageFrame, useCrumbs } from "@/features/shell";
import { type Outputs, useTRPC } from "@/live/trpc";
import { ProjectForm, type ProjectDraft } from "./project-form";
import { ReviewFiles } from "./review-files";

type Template = Outputs["scaffolder"]["template"];

/** The wizard: a form from the template's own fields, then every file before it exists. */
export function CreateProjectPage({ template }: { template: string }) {
  const trpc = useTRPC();
  const detail = useQuery(trpc.scaffolder.template.queryOptions({ name: template }));
  useCrumbs({ label: "Create", href: "/create" }, { label: detail.data?.title ?? template });
  return <PageFrame query={detail}>{(found) => <Wizard template={found} />}</PageFrame>;
}

function Wizard({ template }: { template: Template }) {
  const trpc = useTRPC();
  const navigate = useNavigate();
  const [step, setStep] = useState<"form" | "review">("form");
  const [draft, setDraft] = useState<ProjectDraft>({
    slug: "",
    title: "",
    description: "",
    visibility: "internal",
    answers: defaultAnswers(template.manifest),
  });
  const checked = checkAnswers(template.manifest, draft.answers, { slug: draft.slug, title: draft.title, description: draft.description });
  const request = { template: template.name, ...draft, title: draft.title || draft.slug, answers: checked.values };
  const preview = useMutation(trpc.scaffolder.preview.mutationOptions());
  const submit = useMutation(trpc.scaffolder.submit.mutationOptions({ onSuccess: ({ taskId }) => navigate(`/create/tasks/${taskId}`) }));

  const review = (): void => preview.mutate(request, { onSuccess: () => setStep("review") });
  return (
    <>
      <PageHeader
        title={`Create from ${template.title}`}
        meta={template.description}
        actions={
          step === "review" ? (
            <>
              <Button onClick={() => setStep("form")}>Back</Button>
              <Button variant="primary" loading={submit.isPending} onClick={() => submit.mutate(request)}>
                Create {draft.slug}
              </Button>
            </>
          ) : null
        }
      />
      <div className="mb-4 max-w-[640px]">
        <Stepper
          label="Steps of the wizard"
          steps={[
            { label: "Template", state: "done" },
            { label: "Answers", state: step === "form" ? "current" : "done" },
            { label: "Review", state: step === "review" ? "current" : "todo" },
            { label: "Create", state: "todo" },
          ]}
        />
      </div>
      {preview.error && step === "form" ? <Notice tone="fail">{preview.error.message}</Notice> : null}
      {submit.error ? <Notice tone="fail">{submit.error.message}</Notice> : null}
      {step === "form" ? (
        <ProjectForm manifest={template.manifest} draft={draft} onChange={setDraft} issues={checked.issues} busy={preview.isPending} onReview={review} />
      ) : (
        <ReviewFiles preview={preview.data ?? null} />
      )}
    </>
  );
}
