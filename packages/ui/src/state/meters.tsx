import { clsx } from "clsx";
import { toneFill } from "../foundation/tones.ts";
import type { Tone } from "../foundation/types.ts";

/** The small bars of a maturity level, such as L2 of four. */
export function LevelMeter({ level, of, label, className }: { level: number; of: number; label: string; className?: string }) {
  return (
    <span role="img" aria-label={label} className={clsx("inline-flex items-center gap-0.5", className)}>
      {Array.from({ length: of }, (_, index) => (
        <span key={index} className={clsx("h-1.25 w-2.75 rounded-full", index < level ? "bg-accent" : "bg-line-strong")} />
      ))}
    </span>
  );
}

/** A thin bar for how far something is. Without a value it only says that something moves. */
export function ProgressBar({
  value,
  max = 1,
  tone = "run",
  label,
  className,
}: {
  value: number | null;
  max?: number;
  tone?: Tone;
  label: string;
  className?: string;
}) {
  const share = value === null || max <= 0 ? null : Math.min(1, Math.max(0, value / max));
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.round(share * 100)}
      className={clsx("h-1 w-full overflow-hidden rounded-full bg-line", className)}
    >
      <div
        className={clsx("h-full rounded-full", toneFill[tone], share === null ? "w-full animate-breathe" : "transition-[width]")}
        style={share === null ? undefined : { width: `${share * 100}%` }}
      />
    </div>
  );
}

/** How traffic or rows divide, with a legend below. Shares are fractions of one. */
export function SplitBar({ parts, label }: { parts: { label: string; share: number; color?: string }[]; label: string }) {
  const colors = ["var(--color-c1)", "var(--color-c4)", "var(--color-c2)", "var(--color-c3)"];
  const colorOf = (index: number) => parts[index]?.color ?? colors[index % colors.length];
  return (
    <div role="img" aria-label={`${label}: ${parts.map((part) => `${part.label} ${Math.round(part.share * 100)} %`).join(", ")}`}>
      <div className="flex h-1.5 gap-0.5">
        {parts.map((part, index) => (
          <span key={part.label} className="rounded-xs" style={{ flexGrow: Math.max(part.share, 0.01), flexBasis: 0, background: colorOf(index) }} />
        ))}
      </div>
      <div className="mt-1 flex flex-wrap justify-between gap-x-3 text-xs text-ink-2">
        {parts.map((part, index) => (
          <span key={part.label} className="inline-flex items-center gap-1.5">
            <span className="size-2 rounded-xs" style={{ background: colorOf(index) }} />
            {part.label} <b className="text-ink">{Math.round(part.share * 100)} %</b>
          </span>
        ))}
      </div>
    </div>
  );
}
