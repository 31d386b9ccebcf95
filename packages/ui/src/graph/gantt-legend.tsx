import { useId } from "react";
import type { ReactNode } from "react";

function Item({ children, mark }: { children: ReactNode; mark: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <svg aria-hidden width={18} height={10} className="shrink-0">
        {mark}
      </svg>
      {children}
    </span>
  );
}

/** What the bars mean. */
export function GanttLegend() {
  const hatch = `legend-${useId()}`;
  return (
    <div className="flex flex-wrap gap-x-4 gap-y-1 border-t border-line px-4 py-2 text-xs text-ink-2">
      <Item
        mark={
          <>
            <defs>
              <pattern id={hatch} width={5} height={5} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <rect width={1.5} height={5} fill="var(--color-queue)" opacity={0.65} />
              </pattern>
            </defs>
            <rect x={0.5} y={0.5} width={17} height={9} fill={`url(#${hatch})`} stroke="var(--color-queue)" />
          </>
        }
      >
        Queued
      </Item>
      <Item mark={<rect width={18} height={10} rx={2} fill="var(--color-run)" />}>Running</Item>
      <Item mark={<rect width={18} height={10} rx={2} fill="var(--color-ok)" />}>Succeeded</Item>
      <Item mark={<rect width={18} height={10} rx={2} fill="var(--color-fail)" />}>Failed attempt</Item>
      <Item mark={<rect x={0.75} y={0.75} width={16.5} height={8.5} rx={2} fill="none" stroke="var(--color-cached)" strokeWidth={1.5} />}>Cached</Item>
      <Item mark={<rect x={0.5} y={0.5} width={17} height={9} rx={2} fill="none" stroke="var(--color-ink-3)" strokeDasharray="3 2" />}>Expected</Item>
      <Item mark={<rect y={4} width={18} height={2} fill="var(--color-ink)" />}>Critical path</Item>
    </div>
  );
}
