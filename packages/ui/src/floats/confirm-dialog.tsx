"use client";
import { useId, useRef, useState } from "react";
import type { ReactNode } from "react";
import { Button } from "../buttons/button.tsx";
import { messageOf } from "../foundation/message-of.ts";
import { Dialog } from "./dialog.tsx";

export interface ConfirmDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Names the thing: "Delete project flight-delays?" */
  title: string;
  description?: ReactNode;
  /** A verb: "Delete flight-delays". */
  confirmLabel: string;
  cancelLabel?: string;
  danger?: boolean;
  /** The word that must be typed before the button works, for what cannot be undone. */
  typeToConfirm?: string;
  /** The dialog waits for the promise, closes when it resolves and shows the message when it rejects. */
  onConfirm: () => void | Promise<unknown>;
  children?: ReactNode;
}

function TypeToConfirm({
  word,
  value,
  onChange,
  inputRef,
}: {
  word: string;
  value: string;
  onChange: (value: string) => void;
  inputRef: React.RefObject<HTMLInputElement | null>;
}) {
  const id = useId();
  return (
    <div className="mt-3 flex flex-col gap-1">
      <label htmlFor={id} className="text-sm">
        Type <b className="font-mono select-all">{word}</b> to confirm
      </label>
      <input
        id={id}
        ref={inputRef}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        className="h-8.5 rounded-md border border-control bg-surface px-2.5 font-mono text-sm"
      />
    </div>
  );
}

/** Asks once before something that hurts; with `typeToConfirm` only after the name was typed. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { open, onOpenChange, title, description, confirmLabel, cancelLabel = "Cancel", danger = false, typeToConfirm, onConfirm, children } = props;
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const inputRef = useRef<HTMLInputElement>(null);
  const cancelRef = useRef<HTMLButtonElement>(null);
  const locked = typeToConfirm !== undefined && typed.trim() !== typeToConfirm;

  function change(next: boolean) {
    if (busy) return;
    setTyped("");
    setFailure(null);
    onOpenChange(next);
  }

  async function confirm() {
    if (locked || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      await onConfirm();
      setTyped("");
      onOpenChange(false);
    } catch (error) {
      setFailure(messageOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog
      open={open}
      onOpenChange={change}
      title={title}
      description={description}
      initialFocus={typeToConfirm === undefined ? cancelRef : inputRef}
      footer={
        <>
          <Button ref={cancelRef} onClick={() => change(false)} disabled={busy}>
            {cancelLabel}
          </Button>
          <Button variant={danger ? "danger-solid" : "primary"} onClick={confirm} disabled={locked} loading={busy}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void confirm();
        }}
      >
        {children}
        {typeToConfirm === undefined ? null : <TypeToConfirm word={typeToConfirm} value={typed} onChange={setTyped} inputRef={inputRef} />}
        {failure ? (
          <p role="alert" className="mt-3 text-sm text-fail-ink">
            {failure}
          </p>
        ) : null}
      </form>
    </Dialog>
  );
}
