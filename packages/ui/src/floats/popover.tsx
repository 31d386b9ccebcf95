"use client";
import { Popover as Base } from "@base-ui/react/popover";
import { clsx } from "clsx";
import type { ReactElement, ReactNode } from "react";
import { floatClasses } from "./float-classes.ts";
import type { Side } from "./tooltip.tsx";

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

/** A small surface on a trigger, for more than words and less than a dialog. */
export function Popover({ trigger, children, label, align = "end", side = "bottom", open, onOpenChange, className }: PopoverProps) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange ? (next) => onOpenChange(next) : undefined}>
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
