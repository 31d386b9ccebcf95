"use client";
import { useEffect } from "react";
import { Button } from "../buttons/button.tsx";

export interface UnsavedChangesProps {
  dirty: boolean;
  onSave?: () => void;
  onDiscard?: () => void;
  saving?: boolean;
  text?: string;
}

/** Says that something typed is not saved yet, and has the browser ask before it is lost. */
export function UnsavedChanges({ dirty, onSave, onDiscard, saving = false, text = "Unsaved changes" }: UnsavedChangesProps) {
  useEffect(() => {
    if (!dirty) return;
    const guard = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", guard);
    return () => window.removeEventListener("beforeunload", guard);
  }, [dirty]);
  return (
    <div role="status" className={dirty ? "flex flex-wrap items-center gap-2 text-sm" : "sr-only"}>
      {dirty ? (
        <>
          <span aria-hidden className="size-2 rounded-full bg-warn" />
          <span className="text-warn-ink">{text}</span>
          {onDiscard ? (
            <Button size="sm" variant="ghost" onClick={onDiscard} disabled={saving}>
              Discard
            </Button>
          ) : null}
          {onSave ? (
            <Button size="sm" variant="primary" onClick={onSave} loading={saving}>
              Save
            </Button>
          ) : null}
        </>
      ) : null}
    </div>
  );
}
