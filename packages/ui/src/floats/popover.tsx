"use client";
import { useState } from "react";
import { deferred } from "../foundation/deferred.ts";
import { OpensLater } from "./opens-later.tsx";
import type { PopoverProps } from "./popover-float.tsx";

export type { PopoverProps } from "./popover-float.tsx";

const float = deferred(() => import("./popover-float.tsx"));

/** A small surface on a trigger, for more than words and less than a dialog. */
export function Popover(props: PopoverProps) {
  const [opened, setOpened] = useState(false);
  const loaded = float.useWhen(opened || props.open === true);
  if (loaded) return <loaded.PopoverFloat {...props} />;
  const open = (): void => {
    setOpened(true);
    props.onOpenChange?.(true);
  };
  return <OpensLater trigger={props.trigger} popup="dialog" preload={float.preload} onOpen={open} />;
}
