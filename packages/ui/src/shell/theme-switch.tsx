"use client";
import { Monitor, Moon, Sun } from "lucide-react";
import { IconButton } from "../buttons/icon-button.tsx";
import { Menu } from "../floats/menu.tsx";
import { SegmentedControl } from "../navigation/segmented-control.tsx";
import { useTheme } from "./theme.ts";
import type { ThemeChoice } from "./theme.ts";

const choices: { value: ThemeChoice; label: string; icon: typeof Sun }[] = [
  { value: "system", label: "System", icon: Monitor },
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
];

/** Chooses light, dark or what the system says. */
export function ThemeSwitch({ form = "menu" }: { form?: "menu" | "segmented" }) {
  const { choice, setChoice } = useTheme();
  if (form === "segmented") return <SegmentedControl label="Theme" items={choices} value={choice} onChange={setChoice} />;
  const icon = choices.find((item) => item.value === choice)?.icon ?? Monitor;
  return (
    <Menu
      label="Theme"
      trigger={<IconButton label="Theme" icon={icon} />}
      items={choices.map((item) => ({ label: item.label, icon: item.icon, checked: item.value === choice, onSelect: () => setChoice(item.value) }))}
    />
  );
}
