import { clsx } from "clsx";
import { ArrowDown, ArrowRight, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import { formatBytes, formatNumber } from "./format.ts";
import type { NumberFormat } from "./format.ts";

/** A size in bytes, in decimal units; the exact count on hover. */
export function Bytes({ value, className }: { value: number | null | undefined; className?: string }) {
  if (value == null) return <span className={clsx("text-ink-3", className)}>–</span>;
  return (
    <span title={`${formatNumber(value, { digits: 0 })} bytes`} className={clsx("whitespace-nowrap", className)}>
      {formatBytes(value)}
    </span>
  );
}

export interface NumberValueProps extends NumberFormat {
  value: number | null | undefined;
  unit?: string;
  /** Difference to what it is compared with, in the same unit. */
  trend?: number | null;
  /** Words after the difference, such as "v6 12.08". */
  trendLabel?: ReactNode;
  /** Which way is good; without it the trend has no colour. */
  better?: "higher" | "lower" | null;
  size?: "sm" | "md" | "lg";
  className?: string;
}

function Trend({
  trend,
  unit,
  label,
  better,
  digits,
}: {
  trend: number;
  unit?: string | undefined;
  label?: ReactNode;
  better?: "higher" | "lower" | null | undefined;
  digits?: number | undefined;
}) {
  const Icon = trend > 0 ? ArrowUp : trend < 0 ? ArrowDown : ArrowRight;
  const good = better == null || trend === 0 ? null : trend > 0 === (better === "higher");
  const verdict = good === null ? "" : good ? " better" : " worse";
  return (
    <span className="inline-flex items-center gap-1 text-xs">
      <span className={clsx("inline-flex items-center gap-0.5 font-medium", good === null ? "text-ink-2" : good ? "text-ok-ink" : "text-warn-ink")}>
        <Icon aria-hidden className="size-3" />
        {formatNumber(Math.abs(trend), { digits })}
        {unit ? ` ${unit}` : ""}
        {verdict}
        {good === null ? <span className="sr-only">{trend > 0 ? " up" : trend < 0 ? " down" : " unchanged"}</span> : null}
      </span>
      {label ? <span className="text-ink-2">{label}</span> : null}
    </span>
  );
}

/** A number with its unit and, where there is one, its change. */
export function NumberValue(props: NumberValueProps) {
  const { value, unit, digits, compact, sign, trend, trendLabel, better, size = "sm", className } = props;
  if (value == null) return <span className={clsx("text-ink-3", className)}>–</span>;
  const big = { sm: "", md: "text-lg font-medium", lg: "text-xl font-medium" }[size];
  const number = (
    <span className={clsx("whitespace-nowrap", big)} title={String(value)}>
      {formatNumber(value, { digits, compact, sign })}
      {unit ? <span className={clsx("text-ink-2", size !== "sm" && "text-sm font-normal")}> {unit}</span> : null}
    </span>
  );
  if (trend == null) return <span className={className}>{number}</span>;
  return (
    <span className={clsx(size === "sm" ? "inline-flex items-baseline gap-2" : "inline-flex flex-col", className)}>
      {number}
      <Trend trend={trend} unit={unit} label={trendLabel} better={better} digits={digits} />
    </span>
  );
}
