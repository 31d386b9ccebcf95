import type { KeyboardEvent } from "react";

/** Arrow keys, Home and End move the focus between the buttons of a group; Tab leaves it. For `onKeyDown` of the group. */
export function moveFocusInGroup(event: KeyboardEvent<HTMLElement>) {
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>("button:not(:disabled)")];
  const at = buttons.findIndex((button) => button === document.activeElement);
  if (at === -1 || event.ctrlKey || event.metaKey || event.altKey) return;
  const targets: Record<string, number> = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: -1 };
  const target = targets[event.key];
  if (target === undefined) return;
  event.preventDefault();
  buttons.at(target % buttons.length)?.focus();
}
