"use client";
import { Dialog } from "@base-ui/react/dialog";
import { Command } from "cmdk";
import { LoaderCircle, Search } from "lucide-react";
import { useState } from "react";
import { scrimClasses } from "../floats/float-classes.ts";
import { useLoaded } from "../form/use-loaded.ts";
import type { IconType } from "../foundation/types.ts";
import { useNavigate } from "../links/link.tsx";
import { Kbd } from "../values/kbd.tsx";

export interface CommandItem {
  id: string;
  label: string;
  detail?: string;
  icon?: IconType;
  /** More words that find it. */
  keywords?: string[];
  shortcut?: string[];
  href?: string;
  onSelect?: () => void;
}

export interface CommandGroup {
  heading: string;
  items: CommandItem[];
}

export interface CommandPaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Commands and pages that are known at once. */
  groups: CommandGroup[];
  /** Finds more by question; its answers are shown as they come. Keep it stable with useCallback. */
  load?: (query: string, signal: AbortSignal) => Promise<CommandGroup[]>;
  placeholder?: string;
}

function Row({ item, onChoose }: { item: CommandItem; onChoose: (item: CommandItem) => void }) {
  const Icon = item.icon;
  return (
    <Command.Item
      value={`${item.label} ${item.detail ?? ""} ${item.id}`}
      keywords={item.keywords}
      onSelect={() => onChoose(item)}
      className="flex min-h-9 cursor-default items-center gap-2.5 rounded-sm px-2 py-1 text-sm select-none data-[selected=true]:bg-hover"
    >
      {Icon ? <Icon aria-hidden className="size-4 shrink-0 text-ink-3" /> : <span className="size-4 shrink-0" />}
      <span className="min-w-0 flex-1 truncate">
        {item.label}
        {item.detail ? <span className="ml-2 text-xs text-ink-2">{item.detail}</span> : null}
      </span>
      {item.shortcut ? (
        <span className="flex gap-1">
          {item.shortcut.map((key) => (
            <Kbd key={key}>{key}</Kbd>
          ))}
        </span>
      ) : null}
    </Command.Item>
  );
}

function Body({ groups, load, placeholder, onChoose }: Omit<CommandPaletteProps, "open" | "onOpenChange"> & { onChoose: (item: CommandItem) => void }) {
  const [query, setQuery] = useState("");
  const loaded = useLoaded(load, query, query.trim() !== "");
  const found = query.trim() === "" ? [] : loaded.items;
  const groupClasses =
    "[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-ink-3";
  return (
    <Command label="Command palette" loop className="flex min-h-0 flex-col">
      <div className="flex h-12 items-center gap-2.5 border-b border-line px-4">
        {loaded.state === "loading" ? (
          <LoaderCircle aria-hidden className="size-4 animate-turn text-ink-3" />
        ) : (
          <Search aria-hidden className="size-4 text-ink-3" />
        )}
        <Command.Input
          value={query}
          onValueChange={setQuery}
          placeholder={placeholder}
          autoFocus
          className="h-full min-w-0 flex-1 border-0 bg-transparent font-sans text-lg text-ink outline-none placeholder:text-ink-3 md:text-base"
        />
        <Kbd>Esc</Kbd>
      </div>
      <Command.List className="max-h-[min(24rem,60vh)] overflow-y-auto p-1.5">
        <Command.Empty className="px-2 py-6 text-center text-sm text-ink-2">
          {loaded.state === "loading" ? "Searching" : "Nothing matches. Try the name of a project, a model or a run."}
        </Command.Empty>
        {groups.map((group) => (
          <Command.Group key={group.heading} heading={group.heading} className={groupClasses}>
            {group.items.map((item) => (
              <Row key={item.id} item={item} onChoose={onChoose} />
            ))}
          </Command.Group>
        ))}
        {found.map((group) => (
          // The server has matched these already: they stay whatever the words.
          <Command.Group key={`found ${group.heading}`} heading={group.heading} forceMount className={groupClasses}>
            {group.items.map((item) => (
              <FoundRow key={item.id} item={item} query={query} onChoose={onChoose} />
            ))}
          </Command.Group>
        ))}
        {loaded.state === "failed" ? (
          <p role="alert" className="m-0 px-2 py-2 text-xs text-fail-ink">
            {loaded.message}
          </p>
        ) : null}
      </Command.List>
    </Command>
  );
}

function FoundRow({ item, query, onChoose }: { item: CommandItem; query: string; onChoose: (item: CommandItem) => void }) {
  return <Row item={{ ...item, keywords: [...(item.keywords ?? []), query] }} onChoose={onChoose} />;
}

/** Everything by a few letters: pages, things and commands. */
export function CommandPalette({ open, onOpenChange, groups, load, placeholder = "Search or run a command" }: CommandPaletteProps) {
  const navigate = useNavigate();
  function choose(item: CommandItem) {
    onOpenChange(false);
    if (item.onSelect) item.onSelect();
    else if (item.href !== undefined) navigate(item.href);
  }
  return (
    <Dialog.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Dialog.Portal>
        <Dialog.Backdrop className={scrimClasses} />
        <Dialog.Popup className="fixed top-[10vh] left-1/2 z-50 w-[min(640px,calc(100vw-24px))] -translate-x-1/2 overflow-hidden rounded-md border border-line bg-surface text-ink shadow-float outline-none transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0">
          <Dialog.Title className="sr-only">Search or run a command</Dialog.Title>
          <Body groups={groups} load={load} placeholder={placeholder} onChoose={choose} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
