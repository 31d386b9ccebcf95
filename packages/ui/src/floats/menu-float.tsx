"use client";
import type { IconType } from "../foundation/types.ts";
import { Menu as Base } from "@base-ui/react/menu";
import { clsx } from "clsx";
import { Check } from "lucide-react";
import { Fragment, useRef } from "react";
import type { FocusEvent, ReactElement, ReactNode } from "react";
import { Link } from "../links/link.tsx";
import { floatClasses } from "./float-classes.ts";

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

const itemClasses =
  "flex min-h-8 cursor-default items-center gap-2 rounded-sm px-2 py-1 text-sm outline-none select-none data-[disabled]:opacity-50 data-[highlighted]:bg-hover";

function Words({ entry }: { entry: MenuAction }) {
  const Icon = entry.checked === undefined ? entry.icon : entry.checked ? Check : undefined;
  return (
    <>
      {Icon ? <Icon aria-hidden className="size-4 shrink-0 text-ink-3" /> : entry.checked === false ? <span className="size-4 shrink-0" /> : null}
      <span className="min-w-0 flex-1">{entry.label}</span>
      {entry.hint ? <span className="pl-4 text-xs text-ink-3">{entry.hint}</span> : null}
    </>
  );
}

function Entry({ entry }: { entry: MenuEntry }) {
  if ("separator" in entry) return <Base.Separator className="-mx-1 my-1 h-px bg-line" />;
  if ("heading" in entry) return <div className="px-2 pt-1.5 pb-1 text-xs text-ink-3">{entry.heading}</div>;
  const classes = clsx(itemClasses, entry.danger ? "text-fail-ink" : "text-ink");
  if (entry.href !== undefined && !entry.disabled) {
    return (
      <Base.LinkItem closeOnClick className={classes} render={<Link href={entry.href} />}>
        <Words entry={entry} />
      </Base.LinkItem>
    );
  }
  if (entry.checked !== undefined) {
    return (
      <Base.CheckboxItem checked={entry.checked} onCheckedChange={() => entry.onSelect?.()} disabled={entry.disabled} className={classes}>
        <Words entry={entry} />
      </Base.CheckboxItem>
    );
  }
  return (
    <Base.Item onClick={entry.onSelect} disabled={entry.disabled} className={classes}>
      <Words entry={entry} />
    </Base.Item>
  );
}

/** The menu itself. It is loaded because it was opened, so it starts open; by keyboard with the focus on its first entry. */
export function MenuFloat({ trigger, items, align = "end", label, focusFirst }: MenuProps & { focusFirst: boolean }) {
  const isFirst = useRef(focusFirst);
  function onFocus(event: FocusEvent<HTMLElement>) {
    if (!isFirst.current || event.target !== event.currentTarget) return;
    isFirst.current = false;
    event.currentTarget.querySelector<HTMLElement>('[role^="menuitem"]:not([data-disabled])')?.focus();
  }
  return (
    <Base.Root modal={false} defaultOpen>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} sideOffset={4} collisionPadding={8} className="z-50">
          <Base.Popup
            onFocus={onFocus}
            aria-label={label}
            className={clsx(floatClasses, "max-h-[min(28rem,var(--available-height))] min-w-44 overflow-y-auto p-1")}
          >
            {items.map((entry, index) => (
              <Fragment key={index}>
                <Entry entry={entry} />
              </Fragment>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
