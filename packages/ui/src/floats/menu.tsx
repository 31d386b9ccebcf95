"use client";
import { useState } from "react";
import { deferred } from "../foundation/deferred.ts";
import { OpensLater } from "./opens-later.tsx";
import type { MenuProps } from "./menu-float.tsx";

export type { MenuAction, MenuEntry, MenuProps } from "./menu-float.tsx";

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
