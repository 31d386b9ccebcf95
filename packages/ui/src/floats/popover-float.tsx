"use client";
import type { Side } from "./tooltip.tsx";
import type { ReactElement, ReactNode } from "react";
import { Popover as Base } from "@base-ui/react/popover";
import { clsx } from "clsx";
import { floatClasses } from "./float-classes.ts";

export interface PopoverProps {
  trigger: ReactElement;
  children: ReactNode;
  /** Name of the popover for readers. */
  label: string;
  align?: "start" | "end" | "center";
  side?: Side;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  className?: string;
}

/** The popover itself. It is loaded because it was opened, so it starts open. */
export function PopoverFloat({ trigger, children, label, align = "end", side = "bottom", open, onOpenChange, className }: PopoverProps) {
  return (
    <Base.Root open={open} defaultOpen onOpenChange={onOpenChange ? (next) => onOpenChange(next) : undefined}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} side={side} sideOffset={4} collisionPadding={8} className="z-50">
          <Base.Popup aria-label={label} className={clsx(floatClasses, "max-w-[calc(100vw-16px)]", className ?? "p-3")}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
