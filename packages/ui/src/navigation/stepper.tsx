import { clsx } from "clsx";
import { Check, X } from "lucide-react";

export interface StepperStep {
  label: string;
  state: "done" | "current" | "todo" | "failed";
}

function Mark({ step, number }: { step: StepperStep; number: number }) {
  const classes = {
    done: "bg-accent-soft text-accent-ink",
    current: "bg-accent text-on-accent",
    todo: "border border-line-strong text-ink-2",
    failed: "bg-fail-soft text-fail-ink",
  }[step.state];
  return (
    <span aria-hidden className={clsx("grid size-5 shrink-0 place-items-center rounded-full text-2xs font-medium", classes)}>
      {step.state === "done" ? <Check className="size-3" /> : step.state === "failed" ? <X className="size-3" /> : number}
    </span>
  );
}

const spoken = { done: "done", current: "current", todo: "to do", failed: "failed" };

/** Where one is in a task of several pages. */
export function Stepper({ steps, label = "Steps" }: { steps: StepperStep[]; label?: string }) {
  return (
    <ol aria-label={label} className="m-0 flex list-none flex-wrap items-center gap-x-3 gap-y-1 p-0">
      {steps.map((step, index) => (
        <li key={step.label} aria-current={step.state === "current" ? "step" : undefined} className="flex items-center gap-2 text-sm">
          {index > 0 ? <span aria-hidden className="mr-1 h-px w-6 bg-line-strong max-md:w-2" /> : null}
          <Mark step={step} number={index + 1} />
          <span className={clsx(step.state === "current" ? "font-medium text-ink" : "text-ink-2", step.state !== "current" && "max-md:sr-only")}>
            {step.label}
            <span className="sr-only">, {spoken[step.state]}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
