"use client";
import { createContext, useContext, useMemo, useState } from "react";
import type { ReactNode } from "react";
import { deferred } from "../foundation/deferred.ts";
import { type ToastOptions, ToastQueue } from "./toast-queue.ts";

export type { ToastOptions, ToastTone } from "./toast-queue.ts";

type Extra = Omit<ToastOptions, "title">;

export interface Toasts {
  show: (toast: ToastOptions) => string;
  success: (title: ReactNode, extra?: Extra) => string;
  error: (title: ReactNode, extra?: Extra) => string;
  /** Says what was done and offers to take it back for ten seconds. */
  undo: (title: ReactNode, onUndo: () => void, extra?: Extra) => string;
  close: (id: string) => void;
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
