"use client";
import { Toast as Base } from "@base-ui/react/toast";
import { CircleCheck, CircleX, TriangleAlert, X } from "lucide-react";
import { useEffect, useState } from "react";
import { buttonClasses } from "../buttons/button.tsx";
import { IconButton } from "../buttons/icon-button.tsx";
import type { IconType } from "../foundation/types.ts";
import type { ToastQueue, ToastTone } from "./toast-queue.ts";

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

/** Shows what the queue holds. */
export function ToastList({ queue }: { queue: ToastQueue }) {
  const [manager] = useState(() => Base.createToastManager());
  useEffect(
    () =>
      queue.serve({
        close: manager.close,
        show: ({ id, title, description, tone = "neutral", action, timeoutMs }) =>
          manager.add({
            id,
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
                    manager.close(id);
                  },
                }
              : undefined,
          }),
      }),
    [queue, manager],
  );
  return (
    <Base.Provider limit={4} toastManager={manager}>
      <Base.Portal>
        <Base.Viewport className="fixed right-4 bottom-16 z-60 flex w-[min(400px,calc(100vw-32px))] flex-col gap-2 md:right-6 md:bottom-6">
          <List />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}
