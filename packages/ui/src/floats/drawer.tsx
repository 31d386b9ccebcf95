"use client";
import type { ReactNode } from "react";
import { deferred } from "../foundation/deferred.ts";
import { useWasTrue } from "../foundation/use-was-true.ts";

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

const float = deferred(() => import("./drawer-float.tsx"));

/** A panel from the side for detail that keeps the page in view. Its code comes when it opens first. */
export function Drawer(props: DrawerProps) {
  const loaded = float.useWhen(useWasTrue(props.open));
  return loaded ? <loaded.DrawerFloat {...props} /> : null;
}
