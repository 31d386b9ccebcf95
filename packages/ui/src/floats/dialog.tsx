"use client";
import { deferred } from "../foundation/deferred.ts";
import { useWasTrue } from "../foundation/use-was-true.ts";
import type { DialogProps } from "./dialog-float.tsx";

export type { DialogProps } from "./dialog-float.tsx";

const float = deferred(() => import("./dialog-float.tsx"));

/** A modal dialog: focus stays inside and returns to where it was; Escape closes. Its code comes when it opens first. */
export function Dialog(props: DialogProps) {
  const loaded = float.useWhen(useWasTrue(props.open));
  return loaded ? <loaded.DialogFloat {...props} /> : null;
}
