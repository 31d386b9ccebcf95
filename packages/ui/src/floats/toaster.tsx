"use client";
import { Toast as Base } from "@base-ui/react/toast";
import { CircleCheck, CircleX, TriangleAlert, X } from "lucide-react";
import { useMemo } from "react";
import type { ReactNode } from "react";
import { IconButton } from "../buttons/icon-button.tsx";
import { buttonClasses } from "../buttons/button.tsx";
import type { IconType } from "../foundation/types.ts";

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

const marks: Record<ToastTone, { icon: IconType | null; classes: string }> = {
  neutral: { icon: null, classes: "" },
  ok: { icon: CircleCheck, classes: "text-ok" },
  fail: { icon: CircleX, classes: "text-fail" },
  warn: { icon: TriangleAlert, classes: "text-warn-ink" },
};

function isTone(type: string | undefined): type is ToastTone {
  return type === "neutral" || type === "ok" || type === "fail" || type === "warn";
}

function List() {
  const { toasts } = Base.useToastManager();
  return toasts.map((toast) => {
    const { icon: Icon, classes } = marks[isTone(toast.type) ? toast.type : "neutral"];
    return (
      <Base.Root
        key={toast.id}
        toast={toast}
        swipeDirection={["right", "down"]}
        className="w-full rounded-md border border-line bg-surface text-sm text-ink shadow-float transition-[opacity,translate] data-[ending-style]:opacity-0 data-[limited]:hidden data-[starting-style]:translate-y-2 data-[starting-style]:opacity-0"
      >
        <Base.Content className="flex items-start gap-2 py-2 pr-2 pl-3">
          {Icon ? <Icon aria-hidden className={`mt-1 size-4 shrink-0 ${classes}`} /> : null}
          <div className="min-w-0 flex-1 py-0.5">
            <Base.Title className="font-medium" />
            <Base.Description className="text-ink-2" />
          </div>
          <Base.Action className={buttonClasses("secondary", "sm")} />
          <Base.Close render={<IconButton label="Close" icon={X} size="sm" />} />
        </Base.Content>
      </Base.Root>
    );
  });
}

/** Provider and place of toasts; wrap the app in it. */
export function Toaster({ children }: { children: ReactNode }) {
  return (
    <Base.Provider limit={4}>
      {children}
      <Base.Portal>
        <Base.Viewport className="fixed right-4 bottom-16 z-60 flex w-[min(400px,calc(100vw-32px))] flex-col gap-2 md:right-6 md:bottom-6">
          <List />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

/** Shows toasts. Needs a Toaster above. */
export function useToast(): Toasts {
  const { add, close } = Base.useToastManager();
  return useMemo(() => {
    const show = ({ title, description, tone = "neutral", action, timeoutMs }: ToastOptions): string => {
      const id: string = add({
        title,
        description,
        type: tone,
        priority: tone === "fail" ? "high" : "low",
        timeout: timeoutMs ?? (action ? 10_000 : 5_000),
        actionProps: action
          ? {
              children: action.label,
              onClick: () => {
                action.onSelect();
                close(id);
              },
            }
          : undefined,
      });
      return id;
    };
    return {
      show,
      close,
      success: (title, extra) => show({ tone: "ok", ...extra, title }),
      error: (title, extra) => show({ tone: "fail", ...extra, title }),
      undo: (title, onUndo, extra) => show({ ...extra, title, action: { label: "Undo", onSelect: onUndo } }),
    };
  }, [add, close]);
}
