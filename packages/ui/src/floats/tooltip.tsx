"use client";
import { cloneElement, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { FocusEvent, KeyboardEvent, PointerEvent, ReactElement, ReactNode } from "react";
import { createPortal } from "react-dom";
import { placeBeside } from "./place-beside.ts";
import type { Side } from "./place-beside.ts";

export type { Side } from "./place-beside.ts";

const DELAY_MS = 350;
/** So long after one tooltip has closed the next opens without delay. */
const WARM_MS = 300;
let closedAt = 0;

function noteClosed(): void {
  closedAt = Date.now();
}

function isWarm(): boolean {
  return Date.now() - closedAt < WARM_MS;
}

type Handler = ((event: never) => void) | undefined;

/** Words on hover and on keyboard focus. Never the only place of a fact that matters on a phone. */
export function Tooltip({ content, children, side = "top" }: { content: ReactNode; children: ReactElement; side?: Side }) {
  const [near, setNear] = useState<{ anchor: Element; delayMs: number } | null>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (!near) return;
    const timer = setTimeout(() => setOpen(true), isWarm() ? 0 : near.delayMs);
    return () => clearTimeout(timer);
  }, [near]);

  function close() {
    setNear(null);
    setOpen(false);
  }
  const own = children.props as Record<string, Handler>;
  const after = <Event,>(name: string, ours: (event: Event) => void) => ({
    [name]: (event: Event) => {
      own[name]?.(event as never);
      ours(event);
    },
  });
  const element = cloneElement(children as ReactElement<Record<string, unknown>>, {
    ...after("onPointerEnter", (event: PointerEvent) => {
      if (event.pointerType !== "touch") setNear({ anchor: event.currentTarget, delayMs: DELAY_MS });
    }),
    ...after("onPointerLeave", close),
    ...after("onPointerDown", close),
    ...after("onFocus", (event: FocusEvent) => {
      if (event.currentTarget.matches(":focus-visible")) setNear({ anchor: event.currentTarget, delayMs: 0 });
    }),
    ...after("onBlur", close),
    ...after("onKeyDown", (event: KeyboardEvent) => {
      if (event.key === "Escape") close();
    }),
  });
  return (
    <>
      {element}
      {open && near ? <Words anchor={near.anchor} content={content} side={side} onClose={close} /> : null}
    </>
  );
}

function Words({ anchor, content, side, onClose }: { anchor: Element; content: ReactNode; side: Side; onClose: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  useLayoutEffect(() => {
    close.current = onClose;
  });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const { left, top } = placeBeside(
      anchor.getBoundingClientRect(),
      { width: element.offsetWidth, height: element.offsetHeight },
      { width: window.innerWidth, height: window.innerHeight },
      side,
    );
    element.style.left = `${left}px`;
    element.style.top = `${top}px`;
  }, [anchor, content, side]);
  useEffect(() => {
    const onScroll = (): void => close.current();
    window.addEventListener("scroll", onScroll, { capture: true, passive: true });
    return () => {
      window.removeEventListener("scroll", onScroll, { capture: true });
      noteClosed();
    };
  }, []);
  return createPortal(
    <div
      ref={box}
      role="tooltip"
      className="pointer-events-none fixed z-50 max-w-80 rounded-sm bg-ink px-2 py-1 text-xs text-bg shadow-float transition-opacity starting:opacity-0"
    >
      {content}
    </div>,
    document.body,
  );
}
