"use client";
import type { ReactNode, RefObject } from "react";
import { deferred } from "../foundation/deferred.ts";
import { useWasTrue } from "../foundation/use-was-true.ts";

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

const float = deferred(() => import("./dialog-float.tsx"));

/** A modal dialog: focus stays inside and returns to where it was; Escape closes. Its code comes when it opens first. */
export function Dialog(props: DialogProps) {
  const loaded = float.useWhen(useWasTrue(props.open));
  return loaded ? <loaded.DialogFloat {...props} /> : null;
}
