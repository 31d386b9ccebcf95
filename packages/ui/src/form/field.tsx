"use client";
import { clsx } from "clsx";
import { CircleAlert } from "lucide-react";
import { useId, useMemo } from "react";
import type { ReactNode } from "react";
import { ControlContext } from "../foundation/control-context.ts";
import type { ControlWiring } from "../foundation/control-context.ts";

export interface FieldProps {
  label: ReactNode;
  help?: ReactNode;
  error?: ReactNode;
  required?: boolean;
  /** Quiet words at the right of the label. */
  labelAside?: ReactNode;
  /** The label is a name from code. */
  mono?: boolean;
  hideLabel?: boolean;
  className?: string;
  /** Exactly one control of this kit. */
  children: ReactNode;
}

/** A labelled control with help and error; ids and descriptions are wired by themselves. */
export function Field({ label, help, error, required = false, labelAside, mono = false, hideLabel = false, className, children }: FieldProps) {
  const id = useId();
  const failed = error !== undefined && error !== null && error !== false && error !== "";
  const helped = help !== undefined && help !== null;
  const describedBy = clsx(failed && `${id}-error`, helped && `${id}-help`) || undefined;
  const wiring = useMemo<ControlWiring>(
    () => ({ id: `${id}-control`, labelId: `${id}-label`, describedBy, invalid: failed, required }),
    [id, describedBy, failed, required],
  );
  return (
    <div className={clsx("flex min-w-0 flex-col gap-1", className)}>
      <div className={hideLabel ? "sr-only" : "flex items-baseline gap-2"}>
        <label id={`${id}-label`} htmlFor={`${id}-control`} className={clsx("text-sm font-medium", mono && "font-mono")}>
          {label}
          {required ? (
            <span aria-hidden className="text-fail-ink">
              {" "}
              *
            </span>
          ) : null}
        </label>
        {labelAside === undefined ? null : <span className="ml-auto text-xs text-ink-3">{labelAside}</span>}
      </div>
      <ControlContext value={wiring}>{children}</ControlContext>
      {failed ? (
        <p id={`${id}-error`} role="alert" className="m-0 flex items-start gap-1 text-xs text-fail-ink">
          <CircleAlert aria-hidden className="mt-0.5 size-3 shrink-0" />
          <span className="min-w-0 wrap-anywhere">{error}</span>
        </p>
      ) : null}
      {helped ? (
        <p id={`${id}-help`} className="m-0 text-xs text-ink-3">
          {help}
        </p>
      ) : null}
    </div>
  );
}
