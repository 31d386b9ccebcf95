"use client";
import { Fragment } from "react";
import { Dialog } from "../floats/dialog.tsx";
import { Kbd } from "../values/kbd.tsx";

export interface HotkeyGroup {
  title: string;
  keys: { keys: string[]; label: string }[];
}

/** All keys of the page; opened by `?`. */
export function HotkeysHelp({ open, onOpenChange, groups }: { open: boolean; onOpenChange: (open: boolean) => void; groups: HotkeyGroup[] }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keys" size="md">
      <div className="grid gap-x-8 gap-y-5 md:grid-cols-2">
        {groups.map((group) => (
          <section key={group.title}>
            <h3 className="m-0 mb-1.5 text-xs font-medium text-ink-3">{group.title}</h3>
            <dl className="m-0 grid grid-cols-[minmax(0,1fr)_max-content] gap-x-4 gap-y-1.5 text-sm">
              {group.keys.map((entry) => (
                <Fragment key={entry.label}>
                  <dt>{entry.label}</dt>
                  <dd className="m-0 flex gap-1">
                    {entry.keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
