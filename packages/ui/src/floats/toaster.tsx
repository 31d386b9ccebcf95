"use client";
import { createContext, useContext, useMemo, useState } from "react";
import type { ReactNode } from "react";
import { deferred } from "../foundation/deferred.ts";

export type ToastTone = "neutral" | "ok" | "fail" | "warn";

export interface ToastOptions {
  title: ReactNode;
  description?: ReactNode;
  tone?: ToastTone;
  /** One thing to do about it, such as Undo. */
  action?: { label: string; onSelect: () => void };
  /** 0 keeps it until closed. Default 5 s, 10 s with an action. */
  timeoutMs?: number;
}

type Extra = Omit<ToastOptions, "title">;

export interface Toasts {
  show: (toast: ToastOptions) => string;
  success: (title: ReactNode, extra?: Extra) => string;
  error: (title: ReactNode, extra?: Extra) => string;
  /** Says what was done and offers to take it back for ten seconds. */
  undo: (title: ReactNode, onUndo: () => void, extra?: Extra) => string;
  close: (id: string) => void;
}

type QueuedToast = ToastOptions & { id: string };

interface ToastPlace {
  show: (toast: QueuedToast) => void;
  close: (id: string) => void;
}

/** Holds toasts until their place is there, since its code comes with the first one. */
export class ToastQueue {
  #waiting: QueuedToast[] = [];
  #place: ToastPlace | null = null;
  #shown = 0;
  readonly #onFirst: () => void;

  constructor(onFirst: () => void) {
    this.#onFirst = onFirst;
  }

  show(toast: ToastOptions): string {
    const id = `toast-${(this.#shown += 1)}`;
    if (this.#place) this.#place.show({ ...toast, id });
    else {
      this.#waiting.push({ ...toast, id });
      this.#onFirst();
    }
    return id;
  }

  close(id: string): void {
    this.#waiting = this.#waiting.filter((toast) => toast.id !== id);
    this.#place?.close(id);
  }

  /** The place takes over what waits; gives a function that takes it away again. */
  serve(place: ToastPlace): () => void {
    this.#place = place;
    for (const toast of this.#waiting.splice(0)) place.show(toast);
    return () => {
      this.#place = null;
    };
  }
}

const QueueContext = createContext<ToastQueue | null>(null);

const list = deferred(() => import("./toast-list.tsx"));

/** Provider and place of toasts; wrap the app in it. */
export function Toaster({ children }: { children: ReactNode }) {
  const [wanted, setWanted] = useState(false);
  const [queue] = useState(() => new ToastQueue(() => setWanted(true)));
  const loaded = list.useWhen(wanted);
  return (
    <QueueContext value={queue}>
      {children}
      {loaded ? <loaded.ToastList queue={queue} /> : null}
    </QueueContext>
  );
}

/** Shows toasts. Needs a Toaster above. */
export function useToast(): Toasts {
  const queue = useContext(QueueContext);
  return useMemo(() => {
    const show = (toast: ToastOptions): string => {
      if (!queue) throw new Error("useToast belongs below a Toaster.");
      return queue.show(toast);
    };
    return {
      show,
      close: (id) => queue?.close(id),
      success: (title, extra) => show({ tone: "ok", ...extra, title }),
      error: (title, extra) => show({ tone: "fail", ...extra, title }),
      undo: (title, onUndo, extra) => show({ ...extra, title, action: { label: "Undo", onSelect: onUndo } }),
    };
  }, [queue]);
}
