"use client";
import { CircleX, ChevronDown, ChevronUp, Download, TriangleAlert, WrapText } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "../buttons/icon-button.tsx";
import { SearchBox } from "../form/filter-bar.tsx";
import { Switch } from "../form/toggles.tsx";

export interface LogToolbarProps {
  query: string;
  onQuery: (query: string) => void;
  /** null while counting. */
  matches: number | null;
  current: number | null;
  onStep: (by: 1 | -1) => void;
  warnings: number;
  errors: number;
  live: boolean;
  follow: boolean;
  onFollow: (follow: boolean) => void;
  wrap: boolean;
  onWrap: (wrap: boolean) => void;
  onDownload: (() => void) | undefined;
  downloadHref: string | undefined;
  children: ReactNode;
}

function matchWords(matches: number | null, current: number | null): string {
  if (matches === null) return "Searching";
  if (matches === 0) return "No match";
  return current === null ? `${matches.toLocaleString("en")} ${matches === 1 ? "line" : "lines"}` : `${current + 1} of ${matches.toLocaleString("en")}`;
}

function Count({ icon: Icon, count, word, classes }: { icon: typeof CircleX; count: number; word: string; classes: string }) {
  if (count === 0) return null;
  return (
    <span className={`inline-flex items-center gap-1 text-xs ${classes}`}>
      <Icon aria-hidden className="size-3.5" />
      {count.toLocaleString("en")} {count === 1 ? word : `${word}s`}
    </span>
  );
}

/** Search, counts and switches above a log. */
export function LogToolbar(props: LogToolbarProps) {
  const { query, onQuery, matches, current, onStep, warnings, errors, live, follow, onFollow, wrap, onWrap, onDownload, downloadHref, children } = props;
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
      <div className="flex min-w-40 flex-1 items-center gap-1 md:max-w-100">
        <SearchBox
          size="sm"
          value={query}
          onValueChange={onQuery}
          placeholder="Find in log"
          onEnter={(shift) => onStep(shift ? -1 : 1)}
          className="min-w-0 flex-1"
        />
        <span role="status" className="text-xs whitespace-nowrap text-ink-2">
          {query ? matchWords(matches, current) : ""}
        </span>
        {query && matches ? (
          <>
            <IconButton size="sm" label="Previous match" icon={ChevronUp} onClick={() => onStep(-1)} />
            <IconButton size="sm" label="Next match" icon={ChevronDown} onClick={() => onStep(1)} />
          </>
        ) : null}
      </div>
      {children}
      <Count icon={CircleX} count={errors} word="error" classes="text-fail-ink" />
      <Count icon={TriangleAlert} count={warnings} word="warning" classes="text-warn-ink" />
      <div className="ml-auto flex items-center gap-1.5">
        {live ? <Switch label="Follow" checked={follow} onCheckedChange={onFollow} /> : null}
        <IconButton size="sm" label={wrap ? "Do not wrap lines" : "Wrap lines"} icon={WrapText} pressed={wrap} onClick={() => onWrap(!wrap)} />
        {downloadHref !== undefined ? (
          <IconButton size="sm" label="Download log" icon={Download} href={downloadHref} />
        ) : onDownload ? (
          <IconButton size="sm" label="Download log" icon={Download} onClick={onDownload} />
        ) : null}
      </div>
    </div>
  );
}
