"use client";
import { useSyncExternalStore } from "react";
import { useMedia } from "../foundation/use-media.ts";

export type ThemeChoice = "system" | "light" | "dark";

const storageKey = "trellis-theme";
const listeners = new Set<() => void>();

function readChoice(): ThemeChoice {
  const chosen = document.documentElement.dataset["theme"];
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}

function subscribe(notify: () => void) {
  const observer = new MutationObserver(notify);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  listeners.add(notify);
  return () => {
    observer.disconnect();
    listeners.delete(notify);
  };
}

/** Sets the theme for this browser; 'system' forgets the choice. */
export function setThemeChoice(choice: ThemeChoice) {
  const root = document.documentElement;
  if (choice === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = choice;
  try {
    if (choice === "system") localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, choice);
  } catch {
    // Storage may be forbidden; the theme then lasts until the page is left.
  }
}

/** The chosen theme and what it comes to now. */
export function useTheme(): { choice: ThemeChoice; resolved: "light" | "dark"; setChoice: (choice: ThemeChoice) => void } {
  const choice = useSyncExternalStore<ThemeChoice>(subscribe, readChoice, () => "system");
  const dark = useMedia("(prefers-color-scheme: dark)");
  return { choice, resolved: choice === "system" ? (dark ? "dark" : "light") : choice, setChoice: setThemeChoice };
}
