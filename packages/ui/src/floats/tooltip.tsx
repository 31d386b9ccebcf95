"use client";
import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";

export type Side = "top" | "bottom" | "left" | "right";

/** Shares one opening delay between all tooltips of a page. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <Base.Provider delay={350} closeDelay={0}>
      {children}
    </Base.Provider>
  );
}

/** Words on hover and on keyboard focus. Never the only place of a fact that matters on a phone. */
export function Tooltip({ content, children, side = "top" }: { content: ReactNode; children: ReactElement; side?: Side }) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner side={side} sideOffset={6} collisionPadding={8} className="z-50">
          <Base.Popup className="max-w-80 rounded-sm bg-ink px-2 py-1 text-xs text-bg shadow-float transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0">
            {content}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
