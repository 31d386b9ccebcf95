import { clsx } from "clsx";
import { Link } from "../links/link.tsx";
import { describeStatus, statusColor } from "../state/status.ts";

export interface RunStripItem {
  id: string;
  status: string;
  /** Height against the others, such as the duration. */
  value?: number | null;
  href?: string;
  label: string;
}

/** The last runs as small bars: height is the duration, colour and a cross the outcome. Oldest first. */
export function RunStrip({ runs, label, height = 22 }: { runs: RunStripItem[]; label: string; height?: number }) {
  const highest = Math.max(1, ...runs.map((run) => run.value ?? 0));
  return (
    <ol aria-label={label} className="m-0 inline-flex list-none items-end gap-0.75 p-0" style={{ height }}>
      {runs.map((run) => {
        const { tone, word, moving } = describeStatus(run.status);
        const tall = run.value == null ? height * 0.6 : Math.max(6, (run.value / highest) * height);
        const hollow = tone === "outline" || tone === "neutral" || tone === "cached";
        const classes = clsx(
          "relative grid w-2 place-items-center rounded-xs",
          hollow && "border",
          moving && "animate-breathe",
          run.href !== undefined && "hover:opacity-75",
        );
        const style = { height: tall, background: hollow ? "transparent" : statusColor(run.status), borderColor: statusColor(run.status) };
        const mark =
          tone === "fail" || tone === "err" ? (
            <span aria-hidden className="text-[8px] leading-none text-on-accent">
              ×
            </span>
          ) : null;
        const words = `${run.label}: ${word}`;
        return (
          <li key={run.id} className="flex items-end">
            {run.href === undefined ? (
              <span role="img" aria-label={words} title={words} className={classes} style={style}>
                {mark}
              </span>
            ) : (
              <Link href={run.href} aria-label={words} title={words} className={classes} style={style}>
                {mark}
              </Link>
            )}
          </li>
        );
      })}
    </ol>
  );
}
