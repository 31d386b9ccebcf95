import { clsx } from "clsx";
import { ArrowRight } from "lucide-react";
import type { ReactNode } from "react";
import type { IconType } from "../foundation/types.ts";
import { Link } from "../links/link.tsx";

export interface LineageNode {
  id: string;
  icon?: IconType;
  title: ReactNode;
  detail?: ReactNode;
  status?: ReactNode;
  href?: string;
  /** The thing the page is about. */
  current?: boolean;
}

/** Where a thing came from and where it goes: data, run, version, change request. */
export function LineageStrip({ nodes, label }: { nodes: LineageNode[]; label: string }) {
  return (
    <ol aria-label={label} className="m-0 flex list-none items-stretch gap-2 p-0 max-lg:flex-col">
      {nodes.map((node, index) => {
        const Icon = node.icon;
        return (
          <li
            key={node.id}
            aria-current={node.current ? "step" : undefined}
            className="flex min-w-0 flex-1 items-center gap-2 max-lg:flex-col max-lg:items-stretch"
          >
            {index > 0 ? <ArrowRight aria-hidden className="size-4 shrink-0 text-ink-3 max-lg:mx-auto max-lg:rotate-90" /> : null}
            <div
              className={clsx(
                "relative h-full min-w-0 flex-1 rounded-md border bg-surface px-3 py-2",
                node.current ? "border-accent" : "border-line",
                node.href !== undefined && "hover:border-line-strong",
              )}
            >
              <div className="flex min-w-0 items-center gap-2 text-sm">
                {Icon ? <Icon aria-hidden className={clsx("size-4 shrink-0", node.current ? "text-accent" : "text-ink-3")} /> : null}
                <span className="min-w-0 flex-1 truncate font-medium">
                  {node.href === undefined ? (
                    node.title
                  ) : (
                    <Link href={node.href} className="after:absolute after:inset-0 after:rounded-md">
                      {node.title}
                    </Link>
                  )}
                </span>
                {node.status}
              </div>
              {node.detail === undefined ? null : <div className="mt-0.5 truncate pl-6 text-xs text-ink-2">{node.detail}</div>}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
