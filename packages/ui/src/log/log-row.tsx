import { clsx } from "clsx";
import { memo } from "react";
import { formatAbsolute, formatClock } from "../values/format.ts";
import { parseAnsi } from "./ansi.ts";
import type { AnsiColor, AnsiPiece } from "./ansi.ts";
import { levelOf, splitMatches, textOf } from "./log-model.ts";
import type { LogLevel, LogLine } from "./log-model.ts";

const colorClasses: Record<AnsiColor, string> = {
  black: "text-ink-3",
  red: "text-fail-ink",
  green: "text-ok-ink",
  yellow: "text-warn-ink",
  blue: "text-run-ink",
  magenta: "text-c4",
  cyan: "text-cached-ink",
  white: "text-ink",
};

const levelClasses: Record<LogLevel, string | undefined> = {
  error: "bg-fail-soft shadow-[inset_2px_0_0_var(--color-fail)]",
  warn: "bg-warn-soft shadow-[inset_2px_0_0_var(--color-warn)]",
  info: undefined,
  debug: undefined,
};

// A line of a megabyte would stop the page; its end is in the downloaded file.
const longestLine = 10_000;

function Piece({ piece, query }: { piece: AnsiPiece; query: string }) {
  const classes = clsx(
    piece.color && colorClasses[piece.color],
    piece.bold && "font-medium",
    piece.dim && "text-ink-3",
    piece.italic && "italic",
    piece.underline && "underline",
  );
  return (
    <span className={classes || undefined}>
      {splitMatches(piece.text, query).map(([text, match], index) =>
        match ? (
          <mark key={index} className="rounded-xs bg-warn text-[oklch(0.2_0.02_155)]">
            {text}
          </mark>
        ) : (
          text
        ),
      )}
    </span>
  );
}

export interface LogRowProps {
  line: LogLine;
  number: number;
  showTime: boolean;
  wrap: boolean;
  query: string;
  current: boolean;
  highlighted: boolean;
  onNumber: ((number: number) => void) | undefined;
}

/** One line: number, time, text. */
export const LogRow = memo(function LogRow({ line, number, showTime, wrap, query, current, highlighted, onNumber }: LogRowProps) {
  const level = levelOf(line);
  const text = textOf(line);
  const cut = text.length > longestLine;
  const at = typeof line === "string" ? null : line.at;
  const stream = typeof line === "string" ? "out" : line.stream;
  return (
    <div
      className={clsx(
        "flex min-w-full pr-3",
        level && levelClasses[level],
        current && "outline outline-offset-[-1px] outline-accent",
        highlighted && "bg-accent-soft",
      )}
    >
      {onNumber ? (
        <button
          type="button"
          tabIndex={-1}
          onClick={() => onNumber(number)}
          aria-label={`Link to line ${number}`}
          className="w-12 shrink-0 border-0 bg-transparent p-0 pr-3 text-right font-mono text-xs leading-5 text-ink-3 hover:text-accent-ink hover:underline"
        >
          {number}
        </button>
      ) : (
        <span className="w-12 shrink-0 pr-3 text-right text-ink-3 select-none">{number}</span>
      )}
      {showTime ? (
        <span
          className={clsx("w-18 shrink-0 max-md:hidden", level === "warn" || level === "error" ? "text-ink-2" : "text-ink-3")}
          title={at == null ? undefined : formatAbsolute(at)}
        >
          {at == null ? "" : formatClock(at)}
        </span>
      ) : null}
      <span
        className={clsx(
          "min-w-0 flex-1",
          wrap ? "wrap-anywhere whitespace-pre-wrap" : "whitespace-pre",
          stream === "system" && "text-ink-3",
          level === "debug" && "text-ink-2",
        )}
      >
        {parseAnsi(cut ? text.slice(0, longestLine) : text).map((piece, index) => (
          <Piece key={index} piece={piece} query={query} />
        ))}
        {cut ? <span className="text-ink-3"> … {text.length - longestLine} more characters, in the download</span> : null}
        {text === "" ? " " : null}
      </span>
    </div>
  );
});
