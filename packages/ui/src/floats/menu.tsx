"use client";
import { useState } from "react";
import type { ReactElement, ReactNode } from "react";
import { deferred } from "../foundation/deferred.ts";
import type { IconType } from "../foundation/types.ts";
import { OpensLater } from "./opens-later.tsx";

export interface MenuAction {
  label: ReactNode;
  icon?: IconType;
  href?: string;
  onSelect?: () => void;
  disabled?: boolean;
  danger?: boolean;
  hint?: ReactNode;
  checked?: boolean;
}

export type MenuEntry = MenuAction | { separator: true } | { heading: string };

export interface MenuProps {
  /** One element that takes a ref and props, such as a Button. */
  trigger: ReactElement;
  items: MenuEntry[];
  align?: "start" | "end" | "center";
  label?: string;
}

const float = deferred(() => import("./menu-float.tsx"));

/** A menu of actions and links on a trigger. */
export function Menu(props: MenuProps) {
  const [opened, setOpened] = useState<"no" | "by mouse" | "by keyboard">("no");
  const loaded = float.useWhen(opened !== "no");
  if (loaded) return <loaded.MenuFloat {...props} focusFirst={opened === "by keyboard"} />;
  return (
    <OpensLater trigger={props.trigger} popup="menu" preload={float.preload} onOpen={(byKeyboard) => setOpened(byKeyboard ? "by keyboard" : "by mouse")} />
  );
}
