"use client";
import { clsx } from "clsx";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import type { ReactNode } from "react";
import { Drawer } from "../floats/drawer.tsx";
import type { IconType } from "../foundation/types.ts";
import { Link } from "../links/link.tsx";
import { CountBadge } from "../state/badge.tsx";
import { TrellisMark } from "./trellis-mark.tsx";

export interface NavItem {
  href: string;
  label: string;
  icon: IconType;
  count?: number;
  /** In the bar at the bottom of a phone; by default the first four. */
  phone?: boolean;
  /** Whether a path belongs to this item; by default itself and what is below it. */
  match?: (path: string) => boolean;
}

export interface AppShellProps {
  brand?: ReactNode;
  /** Groups of items. */
  nav: NavItem[][];
  /** Path of the page. */
  current: string;
  /** Below the items. */
  footer?: ReactNode;
  breadcrumbs?: ReactNode;
  /** A SearchTrigger. */
  search?: ReactNode;
  /** Bell, avatar. */
  actions?: ReactNode;
  /** Above the page, such as a ConnectionBanner. */
  banner?: ReactNode;
  children: ReactNode;
}

function isCurrent(item: NavItem, path: string): boolean {
  if (item.match) return item.match(path);
  return item.href === "/" ? path === "/" : path === item.href || path.startsWith(`${item.href}/`);
}

function SideLink({ item, on, onClick }: { item: NavItem; on: boolean; onClick?: () => void }) {
  const Icon = item.icon;
  return (
    <Link
      href={item.href}
      aria-current={on ? "page" : undefined}
      onClick={onClick}
      className={clsx(
        "flex h-7.5 items-center gap-2 rounded-md px-2 text-sm transition-colors",
        on ? "bg-hover font-medium text-ink" : "text-ink-2 hover:bg-hover hover:text-ink",
      )}
    >
      <Icon aria-hidden className="size-4 shrink-0" />
      <span className="min-w-0 flex-1 truncate">{item.label}</span>
      {item.count === undefined ? null : <CountBadge count={item.count} label="waiting" />}
    </Link>
  );
}

function Groups({ nav, current, onNavigate }: { nav: NavItem[][]; current: string; onNavigate?: () => void }) {
  return nav.map((group, index) => (
    <ul key={index} className="m-0 flex list-none flex-col gap-0.5 p-0 not-first:mt-3">
      {group.map((item) => (
        <li key={item.href}>
          <SideLink item={item} on={isCurrent(item, current)} onClick={onNavigate} />
        </li>
      ))}
    </ul>
  ));
}

function Brand({ brand }: { brand: ReactNode }) {
  return (
    <Link href="/" className="flex h-8 items-center gap-2 rounded-md px-2 text-[15px] font-medium tracking-[-0.01em] text-ink">
      <TrellisMark className="text-accent" />
      {brand}
    </Link>
  );
}

function PhoneBar({ nav, current, footer }: { nav: NavItem[][]; current: string; footer: ReactNode }) {
  const [open, setOpen] = useState(false);
  const all = nav.flat();
  const chosen = all.filter((item) => item.phone);
  const shown = (chosen.length > 0 ? chosen : all).slice(0, 4);
  const cell = "relative flex h-11 flex-1 flex-col items-center justify-center gap-0.5 rounded-md border-0 bg-transparent font-sans text-2xs";
  return (
    <nav aria-label="Main" className="fixed inset-x-0 bottom-0 z-30 flex h-13 gap-1 border-t border-line bg-sunken px-2 py-1 md:hidden">
      {shown.map((item) => {
        const Icon = item.icon;
        const on = isCurrent(item, current);
        return (
          <Link
            key={item.href}
            href={item.href}
            aria-current={on ? "page" : undefined}
            className={clsx(cell, on ? "bg-hover font-medium text-ink" : "text-ink-2")}
          >
            <Icon aria-hidden className="size-4" />
            {item.label}
            {item.count ? <CountBadge count={item.count} label="waiting" className="absolute top-0 left-[calc(50%+4px)]" /> : null}
          </Link>
        );
      })}
      <button type="button" onClick={() => setOpen(true)} className={clsx(cell, "text-ink-2")}>
        <Ellipsis aria-hidden className="size-4" />
        More
      </button>
      <Drawer open={open} onOpenChange={setOpen} title="Menu" side="left" width={280}>
        <nav aria-label="All pages">
          <Groups nav={nav} current={current} onNavigate={() => setOpen(false)} />
        </nav>
        {footer === undefined ? null : <div className="mt-6 px-2 text-xs text-ink-3">{footer}</div>}
      </Drawer>
    </nav>
  );
}

/** The frame of every page: items at the side, a bar on top, a bar at the bottom on a phone, and a skip link. */
export function AppShell({ brand = "Trellis", nav, current, footer, breadcrumbs, search, actions, banner, children }: AppShellProps) {
  return (
    <div className="grid min-h-screen grid-cols-[minmax(0,1fr)] md:grid-cols-[216px_minmax(0,1fr)]">
      <a
        href="#main"
        className="fixed top-2 left-2 z-60 -translate-y-16 rounded-md bg-accent px-3 py-1.5 text-sm font-medium text-on-accent focus:translate-y-0"
      >
        Skip to the page
      </a>
      <nav aria-label="Main" className="sticky top-0 hidden h-screen flex-col overflow-y-auto border-r border-line bg-sunken px-2 py-3 md:flex">
        <div className="mb-2">
          <Brand brand={brand} />
        </div>
        <Groups nav={nav} current={current} />
        {footer === undefined ? null : <div className="mt-auto p-2 text-xs text-ink-3">{footer}</div>}
      </nav>
      <div className="flex min-w-0 flex-col">
        <header className="sticky top-0 z-20 flex h-12 shrink-0 items-center gap-3 border-b border-line bg-bg px-4 md:px-6">
          <div className="min-w-0 flex-1">{breadcrumbs}</div>
          {search}
          {actions === undefined ? null : <div className="flex shrink-0 items-center gap-1.5">{actions}</div>}
        </header>
        {banner}
        <main id="main" tabIndex={-1} className="w-full max-w-[1440px] min-w-0 flex-1 px-4 pt-4 pb-20 outline-none md:px-6 md:pt-5 md:pb-12">
          {children}
        </main>
      </div>
      <PhoneBar nav={nav} current={current} footer={footer} />
    </div>
  );
}
