"use client";
import { clsx } from "clsx";
import { useRef, useState } from "react";
import { useWidth } from "../foundation/use-width.ts";
import { currentColor, referenceColor } from "./chart-types.ts";

export interface HistogramBin {
  label: string;
  from?: number;
  to?: number;
  /** Shares of all rows, 0 to 1; null where nothing is known. */
  reference: number | null;
  current: number | null;
}

export interface HistogramPairProps {
  bins: HistogramBin[];
  kind?: "numeric" | "category";
  referenceName?: string;
  currentName?: string;
  height?: number;
  unit?: string;
  label: string;
  /** Medians, as lines. */
  markers?: { reference?: number; current?: number; label?: string };
}

const percent = (share: number | null) => (share === null ? "no data" : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`);

/** Outline over bins of equal drawn width, as an open SVG path from ground to ground; gaps go to the ground. */
export function stepPath(shares: (number | null)[], x: (edge: number) => number, y: (share: number) => number): string {
  const ground = y(0);
  const points = shares.map((share, index) => `V${y(share ?? 0).toFixed(1)}H${x(index + 1).toFixed(1)}`);
  return `M${x(0).toFixed(1)} ${ground.toFixed(1)}${points.join("")}V${ground.toFixed(1)}`;
}

function roundUp(share: number): number {
  const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.4, 0.5, 0.75, 1];
  return steps.find((step) => share <= step) ?? 1;
}

function placeOf(value: number, bins: HistogramBin[]): number | null {
  const index = bins.findIndex((bin) => bin.from !== undefined && bin.to !== undefined && value >= bin.from && value <= bin.to);
  const bin = bins[index];
  if (!bin || bin.from === undefined || bin.to === undefined) return null;
  return index + (bin.to > bin.from ? (value - bin.from) / (bin.to - bin.from) : 0.5);
}

function NumericPicture({
  bins,
  height,
  width,
  active,
  onActive,
  markers,
}: {
  bins: HistogramBin[];
  height: number;
  width: number;
  active: number | null;
  onActive: (index: number | null) => void;
  markers: HistogramPairProps["markers"];
}) {
  const left = 40;
  const right = width - 8;
  const top = 18;
  const bottom = height - 22;
  const most = roundUp(Math.max(0.001, ...bins.flatMap((bin) => [bin.reference ?? 0, bin.current ?? 0])));
  const x = (edge: number) => left + (edge / Math.max(1, bins.length)) * (right - left);
  const y = (share: number) => bottom - (share / most) * (bottom - top);
  const every = Math.max(1, Math.ceil((bins.length * 44) / (right - left)));
  const lines = [0, most / 2, most];
  const medians = [
    { at: markers?.reference === undefined ? null : placeOf(markers.reference, bins), color: "var(--color-ink-3)", dash: "3 2" },
    { at: markers?.current === undefined ? null : placeOf(markers.current, bins), color: currentColor, dash: undefined },
  ];
  return (
    <svg data-chart aria-hidden width={width} height={height} className="block font-sans" onPointerLeave={() => onActive(null)}>
      {lines.map((share) => (
        <g key={share}>
          <line x1={left} x2={right} y1={y(share)} y2={y(share)} stroke="var(--color-line)" />
          <text x={left - 6} y={y(share) + 4} textAnchor="end" fontSize={11} fill="var(--color-ink-3)">
            {percent(share)}
          </text>
        </g>
      ))}
      {active === null ? null : <rect x={x(active)} width={x(active + 1) - x(active)} y={top} height={bottom - top} fill="var(--color-hover)" />}
      <path
        d={stepPath(
          bins.map((bin) => bin.reference),
          x,
          y,
        )}
        fill={referenceColor}
        fillOpacity={0.45}
        stroke={referenceColor}
        strokeWidth={1.25}
      />
      <path
        d={stepPath(
          bins.map((bin) => bin.current),
          x,
          y,
        )}
        fill={currentColor}
        fillOpacity={0.16}
        stroke={currentColor}
        strokeWidth={1.75}
      />
      {medians.map((median, index) =>
        median.at === null ? null : (
          <line
            key={index}
            x1={x(median.at)}
            x2={x(median.at)}
            y1={top - 8}
            y2={bottom}
            stroke={median.color}
            strokeWidth={1.5}
            strokeDasharray={median.dash}
          />
        ),
      )}
      {bins.map((bin, index) => (
        <g key={bin.label}>
          {index % every === 0 ? (
            <text
              x={bin.from === undefined ? (x(index) + x(index + 1)) / 2 : x(index)}
              y={height - 6}
              textAnchor="middle"
              fontSize={11}
              fill="var(--color-ink-3)"
            >
              {bin.from ?? bin.label}
            </text>
          ) : null}
          <rect x={x(index)} width={x(index + 1) - x(index)} y={top} height={bottom - top} fill="transparent" onPointerEnter={() => onActive(index)} />
        </g>
      ))}
    </svg>
  );
}

function CategoryRows({ bins, active, onActive }: { bins: HistogramBin[]; active: number | null; onActive: (index: number | null) => void }) {
  const most = Math.max(0.001, ...bins.flatMap((bin) => [bin.reference ?? 0, bin.current ?? 0]));
  return (
    <div className="flex flex-col gap-1.5 text-xs" onPointerLeave={() => onActive(null)}>
      {bins.map((bin, index) => (
        <div
          key={bin.label}
          onPointerEnter={() => onActive(index)}
          className={clsx("grid grid-cols-[minmax(56px,120px)_minmax(0,1fr)_88px] items-center gap-2 rounded-xs", index === active && "bg-hover")}
        >
          <span className="truncate font-mono" title={bin.label}>
            {bin.label}
          </span>
          <span className="flex flex-col gap-0.5">
            <span className="h-1.5 rounded-xs" style={{ width: `${((bin.reference ?? 0) / most) * 100}%`, background: referenceColor }} />
            <span className="h-1.5 rounded-xs" style={{ width: `${((bin.current ?? 0) / most) * 100}%`, background: currentColor }} />
          </span>
          <span className="text-right whitespace-nowrap text-ink-2">
            {percent(bin.reference)} → <b className="text-ink">{percent(bin.current)}</b>
          </span>
        </div>
      ))}
    </div>
  );
}

/** Two distributions over each other: the reference in grey, the current one in the accent. */
export function HistogramPair({
  bins,
  kind = "numeric",
  referenceName = "Reference",
  currentName = "Current",
  height = 190,
  unit,
  label,
  markers,
}: HistogramPairProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 420);
  const [active, setActive] = useState<number | null>(null);
  const bin = active === null ? undefined : bins[active];
  const words = bin
    ? `${bin.label}${unit ? ` ${unit}` : ""}: ${referenceName.toLowerCase()} ${percent(bin.reference)}, ${currentName.toLowerCase()} ${percent(bin.current)}`
    : (markers?.label ?? unit ?? "");
  return (
    <div
      ref={box}
      role="img"
      aria-label={`${label}. ${bins.map((one) => `${one.label}: ${percent(one.reference)} to ${percent(one.current)}`).join("; ")}`}
      className="min-w-0"
    >
      {kind === "numeric" ? (
        <NumericPicture bins={bins} height={height} width={width} active={active} onActive={setActive} markers={markers} />
      ) : (
        <CategoryRows bins={bins} active={active} onActive={setActive} />
      )}
      <p className="m-0 mt-1 h-4 truncate text-center text-xs text-ink-2">{words}</p>
    </div>
  );
}
