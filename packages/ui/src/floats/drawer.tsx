"use client";
import { deferred } from "../foundation/deferred.ts";
import { useWasTrue } from "../foundation/use-was-true.ts";
import type { DrawerProps } from "./drawer-float.tsx";

export type { DrawerProps } from "./drawer-float.tsx";

const float = deferred(() => import("./drawer-float.tsx"));

/** A panel from the side for detail that keeps the page in view. Its code comes when it opens first. */
export function Drawer(props: DrawerProps) {
  const loaded = float.useWhen(useWasTrue(props.open));
  return loaded ? <loaded.DrawerFloat {...props} /> : null;
}
