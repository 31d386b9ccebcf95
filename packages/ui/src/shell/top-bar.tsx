"use client";
import { clsx } from "clsx";
import { Bell, CloudOff, LoaderCircle, Search } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../buttons/button.tsx";
import { Menu } from "../floats/menu.tsx";
import type { MenuEntry } from "../floats/menu.tsx";
import { Popover } from "../floats/popover.tsx";
import { toneIcon } from "../foundation/tones.ts";
import type { IconType, Moment, Tone } from "../foundation/types.ts";
import { useIsClient } from "../foundation/use-is-client.ts";
import { Link, TextLink } from "../links/link.tsx";
import { Avatar, initialsOf } from "../values/avatar.tsx";
import { Kbd } from "../values/kbd.tsx";
import { Time } from "../values/time.tsx";
import { Skeleton } from "../display/states.tsx";

/** Looks like a search box and opens the command palette. */
export function SearchTrigger({ onOpen, label = "Search or run a command" }: { onOpen: () => void; label?: string }) {
  const client = useIsClient();
  const apple = client && /Mac|iPhone|iPad/.test(navigator.platform);
  return (
    <button
      type="button"
      onClick={onOpen}
      aria-keyshortcuts="Control+K Meta+K"
      className="flex h-7.5 shrink-0 items-center gap-2 rounded-md border border-line bg-surface px-2 font-sans text-sm text-ink-3 hover:border-line-strong md:w-44 lg:w-65"
    >
      <Search aria-hidden className="size-4" />
      <span className="flex-1 truncate text-left max-md:sr-only">{label}</span>
      <Kbd className="max-md:hidden">{apple ? "⌘K" : "Ctrl K"}</Kbd>
    </button>
  );
}

/** The avatar with what belongs to the person. */
export function UserMenu({ name, email, items }: { name: string; email?: string; items: MenuEntry[] }) {
  return (
    <Menu
      label="Account"
      trigger={
        <button
          type="button"
          aria-label={`${initialsOf(name)}, account of ${name}`}
          className="grid size-8 place-items-center rounded-full border-0 bg-transparent p-0"
        >
          <Avatar name={name} size="md" />
        </button>
      }
      items={[{ heading: email === undefined ? name : `${name}, ${email}` }, { separator: true }, ...items]}
    />
  );
}

export interface NotificationItem {
  id: string;
  title: ReactNode;
  detail?: ReactNode;
  at: Moment;
  href?: string;
  unread: boolean;
  icon?: IconType;
  tone?: Tone;
}

export interface NotificationsMenuProps {
  items: NotificationItem[];
  unread: number;
  onOpen?: () => void;
  onRead?: (id: string) => void;
  onReadAll?: () => void;
  loading?: boolean;
  allHref?: string;
}

function Row({ item, onRead }: { item: NotificationItem; onRead: ((id: string) => void) | undefined }) {
  const Icon = item.icon ?? Bell;
  const content = (
    <>
      <Icon aria-hidden className={clsx("mt-0.5 size-4 shrink-0", toneIcon[item.tone ?? "neutral"])} />
      <span className="min-w-0 flex-1">
        <span className={clsx("block text-sm wrap-anywhere", item.unread && "font-medium")}>{item.title}</span>
        {item.detail === undefined ? null : <span className="block text-xs wrap-anywhere text-ink-2">{item.detail}</span>}
        <span className="block text-xs text-ink-3">
          <Time at={item.at} />
        </span>
      </span>
      {item.unread ? (
        <span className="mt-1.5 size-2 shrink-0 rounded-full bg-accent">
          <span className="sr-only">unread</span>
        </span>
      ) : null}
    </>
  );
  const classes = "flex w-full items-start gap-2 border-0 bg-transparent px-3 py-2 text-left font-sans text-ink outline-offset-[-2px] hover:bg-hover";
  const read = () => {
    if (item.unread) onRead?.(item.id);
  };
  return item.href === undefined ? (
    <button type="button" className={classes} onClick={read}>
      {content}
    </button>
  ) : (
    <Link href={item.href} className={classes} onClick={read}>
      {content}
    </Link>
  );
}

/** The bell: what happened for this person, newest first. */
export function NotificationsMenu({ items, unread, onOpen, onRead, onReadAll, loading = false, allHref }: NotificationsMenuProps) {
  const trigger = (
    <button
      type="button"
      aria-label={unread > 0 ? `Notifications, ${unread} unread` : "Notifications"}
      className="relative grid size-8 place-items-center rounded-md border-0 bg-transparent p-0 text-ink-2 hover:bg-hover hover:text-ink"
    >
      <Bell aria-hidden className="size-4" />
      {unread > 0 ? (
        <span
          aria-hidden
          className="absolute top-0.5 right-0 grid h-3.5 min-w-3.5 place-items-center rounded-full bg-accent px-1 text-[9px] font-medium text-on-accent"
        >
          {unread > 99 ? "99+" : unread}
        </span>
      ) : null}
    </button>
  );
  return (
    <Popover
      label="Notifications"
      trigger={trigger}
      className="w-90"
      onOpenChange={(open) => {
        if (open) onOpen?.();
      }}
    >
      <header className="flex min-h-10 items-center gap-2 border-b border-line px-3">
        <b className="flex-1 text-sm">Notifications</b>
        {onReadAll && unread > 0 ? (
          <Button size="sm" variant="ghost" onClick={onReadAll}>
            Mark all as read
          </Button>
        ) : null}
      </header>
      <div className="max-h-[min(26rem,60vh)] divide-y divide-line overflow-y-auto">
        {loading ? (
          <div className="p-3">
            <Skeleton lines={4} />
          </div>
        ) : null}
        {!loading && items.length === 0 ? (
          <p className="m-0 px-3 py-6 text-center text-sm text-ink-2">Nothing new. Runs, requests and alerts that concern you show up here.</p>
        ) : null}
        {items.map((item) => (
          <Row key={item.id} item={item} onRead={onRead} />
        ))}
      </div>
      {allHref === undefined ? null : (
        <footer className="border-t border-line px-3 py-2 text-center text-sm">
          <TextLink href={allHref}>All notifications</TextLink>
        </footer>
      )}
    </Popover>
  );
}

/** Says that the live connection is lost, and heals without a word. */
export function ConnectionBanner({ state }: { state: "connected" | "reconnecting" | "offline" }) {
  return (
    <div
      role="status"
      className={state === "connected" ? "sr-only" : "flex items-center justify-center gap-2 border-b border-line bg-warn-soft px-4 py-1 text-xs text-warn-ink"}
    >
      {state === "connected" ? null : state === "offline" ? (
        <>
          <CloudOff aria-hidden className="size-3.5" />
          No connection. What you see may be old; it updates by itself once the server answers.
        </>
      ) : (
        <>
          <LoaderCircle aria-hidden className="size-3.5 animate-turn" />
          Connection lost, trying again. What you see may be some seconds old.
        </>
      )}
    </div>
  );
}
