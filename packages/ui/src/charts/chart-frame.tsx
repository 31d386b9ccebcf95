"use client";
import { clsx } from "clsx";
import { Download, Image, Sheet, Table2, ChartLine } from "lucide-react";
import { useRef, useState } from "react";
import type { ReactNode } from "react";
import { IconButton } from "../buttons/icon-button.tsx";
import { EmptyState } from "../display/states.tsx";
import { Menu } from "../floats/menu.tsx";
import type { MenuEntry } from "../floats/menu.tsx";
import { csvText, downloadText } from "../table/csv.ts";
import { formatNumber } from "../values/format.ts";
import type { ChartTable, LegendItem } from "./chart-types.ts";
import { downloadPng, svgText } from "./export-chart.ts";

export interface ChartFrameProps {
  /** The finding where it is known: "All quantiles rose on 12 June and stayed up". */
  title: ReactNode;
  subtitle?: ReactNode;
  legend?: LegendItem[];
  /** The same numbers as a table; also the CSV. */
  table?: ChartTable;
  /** File name without ending. */
  name?: string;
  /** Controls beside the menu, such as a range. */
  actions?: ReactNode;
  children: ReactNode;
  /** Shown instead of the chart when there is too little to draw. */
  empty?: ReactNode;
  /** Without a border, inside another card. */
  bare?: boolean;
  level?: 2 | 3;
  className?: string;
}

function Legend({ items }: { items: LegendItem[] }) {
  return (
    <ul className="m-0 flex list-none flex-wrap gap-x-3 gap-y-0.5 p-0 text-xs text-ink-2">
      {items.map((item) => (
        <li key={item.name} className="inline-flex items-center gap-1.5">
          <svg aria-hidden width={12} height={8}>
            <line x1={0} x2={12} y1={4} y2={4} stroke={item.color} strokeWidth={2.5} strokeDasharray={item.dashed ? "3 2" : undefined} />
          </svg>
          {item.name}
          {item.value === undefined ? null : <b className="text-ink">{item.value}</b>}
        </li>
      ))}
    </ul>
  );
}

function Rows({ table }: { table: ChartTable }) {
  return (
    <div tabIndex={0} role="region" aria-label="Values of the chart" className="max-h-80 overflow-auto outline-offset-[-2px]">
      <table className="w-full border-collapse text-sm">
        <thead className="sticky top-0 bg-surface">
          <tr>
            {table.columns.map((column, index) => (
              <th
                key={column}
                scope="col"
                className={clsx("h-8 border-b border-line px-2 text-xs font-normal text-ink-3", index === 0 ? "text-left" : "text-right")}
              >
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, at) => (
            <tr key={at} className="border-b border-line last:border-b-0">
              {row.map((value, index) => (
                <td key={index} className={clsx("h-7 px-2", index === 0 ? "text-left whitespace-nowrap" : "text-right font-mono text-[12.5px]")}>
                  {value === null ? "–" : typeof value === "number" ? formatNumber(value) : value}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Frame of every chart: the finding as its title, a table view, and export as PNG, SVG and CSV. */
export function ChartFrame({ title, subtitle, legend, table, name = "chart", actions, children, empty, bare = false, level = 3, className }: ChartFrameProps) {
  const [asTable, setAsTable] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const body = useRef<HTMLDivElement>(null);
  const Heading = level === 2 ? "h2" : "h3";
  const picture = () => body.current?.querySelector<SVGSVGElement>("svg[data-chart], svg.recharts-surface") ?? null;
  function save(kind: "png" | "svg") {
    const svg = picture();
    if (!svg) return;
    setFailure(null);
    if (kind === "svg") downloadText(`${name}.svg`, svgText(svg), "image/svg+xml");
    else
      downloadPng(`${name}.png`, svg).catch((error: unknown) =>
        setFailure(error instanceof Error ? error.message : "The picture could not be made. Save the chart as SVG instead."),
      );
  }
  const items: MenuEntry[] = [
    ...(asTable
      ? []
      : [
          { label: "PNG picture", icon: Image, onSelect: () => save("png") },
          { label: "SVG picture", icon: Image, onSelect: () => save("svg") },
        ]),
    ...(table ? [{ label: "CSV table", icon: Sheet, onSelect: () => downloadText(`${name}.csv`, csvText(table.columns, table.rows)) }] : []),
  ];
  return (
    <figure className={clsx("m-0 min-w-0", !bare && "rounded-md border border-line bg-surface p-4", className)}>
      <figcaption className="mb-2 flex flex-wrap items-start gap-x-3 gap-y-1">
        <div className="min-w-0 flex-1 basis-52">
          <Heading className="m-0 inline text-sm font-medium">{title}</Heading>
          {subtitle === undefined ? null : <span className="ml-2 text-xs text-ink-2">{subtitle}</span>}
        </div>
        {legend ? (
          <div className="max-md:order-last max-md:basis-full">
            <Legend items={legend} />
          </div>
        ) : null}
        <div className="-my-1 flex items-center gap-0.5">
          {actions}
          {table ? (
            <IconButton
              size="sm"
              label={asTable ? "Show as chart" : "Show as table"}
              icon={asTable ? ChartLine : Table2}
              pressed={asTable}
              onClick={() => setAsTable(!asTable)}
            />
          ) : null}
          {empty === undefined ? <Menu label="Save the chart" trigger={<IconButton size="sm" label="Save" icon={Download} />} items={items} /> : null}
        </div>
      </figcaption>
      {failure ? (
        <p role="alert" className="m-0 mb-2 text-xs text-fail-ink">
          {failure}
        </p>
      ) : null}
      {empty !== undefined ? (
        typeof empty === "string" ? (
          <EmptyState compact title={empty} />
        ) : (
          empty
        )
      ) : asTable && table ? (
        <Rows table={table} />
      ) : (
        <div ref={body}>{children}</div>
      )}
    </figure>
  );
}
