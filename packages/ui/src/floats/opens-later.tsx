"use client";
import { cloneElement } from "react";
import type { KeyboardEvent, MouseEvent, ReactElement } from "react";

type Handlers = Partial<Record<"onPointerEnter" | "onFocus" | "onClick" | "onKeyDown", (event: never) => void>>;

/** Calls the element's own handler, then ours. */
function both<Event>(own: ((event: never) => void) | undefined, ours: (event: Event) => void): (event: Event) => void {
  return (event) => {
    own?.(event as never);
    ours(event);
  };
}

/** The trigger of a float whose code has not been loaded: looks and reads the same, loads when approached, opens when used. */
export function OpensLater({
  trigger,
  popup,
  preload,
  onOpen,
}: {
  trigger: ReactElement;
  popup: "menu" | "dialog";
  preload: () => void;
  onOpen: (byKeyboard: boolean) => void;
}) {
  const own = trigger.props as Handlers;
  return cloneElement(trigger as ReactElement<Record<string, unknown>>, {
    "aria-haspopup": popup,
    "aria-expanded": false,
    onPointerEnter: both(own.onPointerEnter, preload),
    onFocus: both(own.onFocus, preload),
    // A press of Enter or the space bar clicks without a count.
    onClick: both(own.onClick, (event: MouseEvent) => onOpen(event.detail === 0)),
    onKeyDown: both(own.onKeyDown, (event: KeyboardEvent) => {
      if (popup !== "menu" || event.key !== "ArrowDown") return;
      event.preventDefault();
      onOpen(true);
    }),
  });
}
