"use client";
import type { ReactNode, RefObject } from "react";
import { Dialog as Base } from "@base-ui/react/dialog";
import { clsx } from "clsx";
import { X } from "lucide-react";
import { IconButton } from "../buttons/icon-button.tsx";
import { scrimClasses } from "./float-classes.ts";

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  size?: "sm" | "md" | "lg";
  initialFocus?: RefObject<HTMLElement | null>;
}

const widths = { sm: "max-w-105", md: "max-w-140", lg: "max-w-200" };

/** The dialog itself. */
export function DialogFloat({ open, onOpenChange, title, description, children, footer, size = "sm", initialFocus }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Backdrop className={scrimClasses} />
        <Base.Popup
          initialFocus={initialFocus}
          className={clsx(
            "fixed top-[12vh] left-1/2 z-50 flex max-h-[80vh] w-[calc(100vw-32px)] -translate-x-1/2 flex-col rounded-md border border-line bg-surface text-ink shadow-float outline-none transition-[opacity,translate] data-[ending-style]:opacity-0 data-[starting-style]:translate-y-1 data-[starting-style]:opacity-0",
            widths[size],
          )}
        >
          <header className="flex items-start gap-2 px-4 pt-3.5">
            <div className="min-w-0 flex-1">
              <Base.Title className="text-lg font-medium">{title}</Base.Title>
              {description ? <Base.Description className="mt-1 text-sm text-ink-2">{description}</Base.Description> : null}
            </div>
            <Base.Close render={<IconButton label="Close" icon={X} size="sm" />} />
          </header>
          <div className="min-h-0 overflow-y-auto px-4 py-3">{children}</div>
          {footer ? <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3">{footer}</footer> : null}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
