"use client";
import type { ReactNode } from "react";
import { Dialog as Base } from "@base-ui/react/dialog";
import { clsx } from "clsx";
import { X } from "lucide-react";
import { IconButton } from "../buttons/icon-button.tsx";
import { scrimClasses } from "./float-classes.ts";

export interface DrawerProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  side?: "right" | "left";
  /** Pixels; never wider than the screen. */
  width?: number;
}

/** The drawer itself. */
export function DrawerFloat({ open, onOpenChange, title, children, footer, side = "right", width = 480 }: DrawerProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Backdrop className={scrimClasses} />
        <Base.Popup
          style={{ width }}
          className={clsx(
            "fixed inset-y-0 z-50 flex max-w-[calc(100vw-24px)] flex-col border-line bg-surface text-ink shadow-float outline-none transition-[translate,opacity]",
            side === "right"
              ? "right-0 border-l data-[ending-style]:translate-x-4 data-[ending-style]:opacity-0 data-[starting-style]:translate-x-4 data-[starting-style]:opacity-0"
              : "left-0 border-r data-[ending-style]:-translate-x-4 data-[ending-style]:opacity-0 data-[starting-style]:-translate-x-4 data-[starting-style]:opacity-0",
          )}
        >
          <header className="flex min-h-12 items-center gap-2 border-b border-line px-4">
            <Base.Title className="min-w-0 flex-1 truncate text-base font-medium">{title}</Base.Title>
            <Base.Close render={<IconButton label="Close" icon={X} size="sm" />} />
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
          {footer ? <footer className="flex justify-end gap-2 border-t border-line px-4 py-3">{footer}</footer> : null}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
