"use client";
import { useEffect, useRef } from "react";

export type Hotkeys = Record<string, (event: KeyboardEvent) => void>;

const sequencePauseMs = 900;

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement && ["checkbox", "radio"].includes(target.type)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName) || target.getAttribute("role") === "combobox";
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const mod = event.metaKey || event.ctrlKey ? "mod+" : "";
  const shift = event.shiftKey && event.key.length > 1 ? "shift+" : "";
  return `${mod}${event.altKey ? "alt+" : ""}${shift}${key}`;
}

/**
 * Keys for the whole page: 'g h' (one after the other), '/', '?', 'j', 'Escape', 'mod+k' (Ctrl or Cmd). Silent while
 * something is typed and while a dialog is open, except for combinations with mod.
 */
export function useHotkeys(keys: Hotkeys, options: { enabled?: boolean } = {}) {
  const { enabled = true } = options;
  const current = useRef(keys);
  useEffect(() => {
    current.current = keys;
  });
  useEffect(() => {
    if (!enabled) return;
    let before = "";
    let at = 0;
    function onKeyDown(event: KeyboardEvent) {
      if (event.defaultPrevented || event.isComposing) return;
      const name = nameOf(event);
      const quiet = isTyping(event.target) || document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null;
      if (quiet && !name.startsWith("mod+")) return;
      const sequence = before && event.timeStamp - at < sequencePauseMs ? `${before} ${name}` : "";
      const handler = (sequence && current.current[sequence]) || current.current[name];
      before = name;
      at = event.timeStamp;
      if (!handler) return;
      before = "";
      event.preventDefault();
      handler(event);
    }
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [enabled]);
}
