import { clsx } from "clsx";
import { ArrowRight, Stamp } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "../links/link.tsx";

export interface PromotionChange {
  id: string;
  title: ReactNode;
  aside?: ReactNode;
  from?: ReactNode;
  to?: ReactNode;
  lines?: ReactNode[];
  action?: ReactNode;
}

export interface PromotionStage {
  id: string;
  name: string;
  version?: ReactNode;
  /** A StatusBadge. */
  status?: ReactNode;
  since?: ReactNode;
  alias?: ReactNode;
  lines?: ReactNode[];
  href?: string;
  /** What stands where no version is live. */
  empty?: ReactNode;
  /** A change on its way into this environment, drawn before it. */
  pending?: PromotionChange | null;
}

const box = "flex min-w-0 flex-col gap-2 rounded-md border p-3 text-xs text-ink-2";

function Arrow() {
  return (
    <span aria-hidden className="grid place-items-center text-ink-3 max-lg:rotate-90 max-lg:py-0.5">
      <ArrowRight className="size-4" />
    </span>
  );
}

function Lines({ lines }: { lines: ReactNode[] | undefined }) {
  return lines?.map((line, index) => (
    <div key={index} className="min-w-0 wrap-anywhere">
      {line}
    </div>
  ));
}

function Change({ change }: { change: PromotionChange }) {
  return (
    <li className={clsx(box, "border-dashed border-accent bg-accent-soft/60")}>
      <div className="flex items-center gap-2">
        <Stamp aria-hidden className="size-4 shrink-0 text-accent-ink" />
        <b className="min-w-0 flex-1 truncate text-ink">{change.title}</b>
        {change.aside}
      </div>
      <div className="flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1">
        <span className="flex flex-1 items-center gap-2 font-mono text-lg font-medium text-ink">
          {change.from}
          {change.from !== undefined && change.to !== undefined ? <ArrowRight aria-label="becomes" className="size-4" /> : null}
          {change.to}
        </span>
        {change.action}
      </div>
      <Lines lines={change.lines} />
    </li>
  );
}

function Stage({ stage }: { stage: PromotionStage }) {
  const live = stage.version !== undefined && stage.version !== null;
  return (
    <li className={clsx(box, live ? "border-line bg-surface" : "border-dashed border-line-strong bg-bg")}>
      <div className="flex min-h-5 items-center gap-2">
        <b className="min-w-0 flex-1 truncate text-ink">
          {stage.href === undefined ? (
            stage.name
          ) : (
            <Link href={stage.href} className="rounded-xs hover:underline">
              {stage.name}
            </Link>
          )}
        </b>
        {stage.status}
      </div>
      {live ? (
        <div className="flex min-h-7 items-center gap-2">
          <span className="font-mono text-lg font-medium text-ink">{stage.version}</span>
          {stage.alias === undefined ? null : <span className="rounded-sm border border-line px-1.5 py-0.5 font-mono text-xs text-ink-2">{stage.alias}</span>}
          {stage.since === undefined ? null : <span className="ml-auto">{stage.since}</span>}
        </div>
      ) : (
        <div className="text-sm">{stage.empty ?? "Nothing is live here yet."}</div>
      )}
      <Lines lines={stage.lines} />
    </li>
  );
}

/** The way of a version through the environments, with changes that wait on their way. */
export function PromotionPath({ environments, label = "Environments" }: { environments: PromotionStage[]; label?: string }) {
  const cells: ReactNode[] = [];
  const columns: string[] = [];
  environments.forEach((stage, index) => {
    if (index > 0 || stage.pending) {
      if (index > 0) {
        cells.push(<Arrow key={`${stage.id}-to`} />);
        columns.push("20px");
      }
      if (stage.pending) {
        cells.push(<Change key={stage.pending.id} change={stage.pending} />, <Arrow key={`${stage.pending.id}-to`} />);
        columns.push("minmax(0, 1.15fr)", "20px");
      }
    }
    cells.push(<Stage key={stage.id} stage={stage} />);
    columns.push("minmax(0, 1fr)");
  });
  return (
    <ol aria-label={label} className="m-0 grid list-none gap-x-2 gap-y-1 p-0 lg:grid-cols-(--columns)" style={{ ["--columns" as string]: columns.join(" ") }}>
      {cells}
    </ol>
  );
}
