"use client";
import { Check, Copy } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "./button.tsx";
import { IconButton } from "./icon-button.tsx";

export interface CopyButtonProps {
  /** What goes to the clipboard; a function is called at the click. */
  value: string | (() => string | Promise<string>);
  label?: string;
  /** Words: makes it a button with text instead of an icon. */
  text?: string;
  size?: "sm" | "md";
  variant?: "ghost" | "secondary";
  className?: string;
}

// Pages served over plain http have no clipboard API; the old command still works there.
async function writeClipboard(text: string) {
  if (navigator.clipboard?.writeText) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/** Copies a value and says so for two seconds. */
export function CopyButton({ value, label = "Copy", text, size = "sm", variant = "ghost", className }: CopyButtonProps) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  async function copy() {
    try {
      await writeClipboard(typeof value === "function" ? await value() : value);
      setState("copied");
    } catch {
      setState("failed");
    }
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setState("idle"), 2000);
  }

  const words = state === "copied" ? "Copied" : state === "failed" ? "Could not copy" : (text ?? label);
  const icon = state === "copied" ? Check : Copy;
  return (
    <>
      {text === undefined ? (
        <IconButton label={words} icon={icon} size={size} variant={variant} className={className} onClick={copy} />
      ) : (
        <Button icon={icon} size={size} variant={variant} className={className} onClick={copy}>
          {words}
        </Button>
      )}
      <span role="status" className="sr-only">
        {state === "idle" ? "" : words}
      </span>
    </>
  );
}
