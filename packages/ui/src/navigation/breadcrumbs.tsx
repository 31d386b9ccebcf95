import { Fragment } from "react";
import type { ReactNode } from "react";
import { Link } from "../links/link.tsx";

/** Where the page is; the last one is the page itself. */
export function Breadcrumbs({ items }: { items: { label: ReactNode; href?: string }[] }) {
  return (
    <nav aria-label="Breadcrumb" className="min-w-0">
      <ol className="m-0 flex min-w-0 list-none items-center gap-1.5 p-0 text-sm text-ink-2">
        {items.map((item, index) => {
          const last = index === items.length - 1;
          return (
            <Fragment key={index}>
              {index > 0 ? (
                <li aria-hidden className="text-ink-3">
                  /
                </li>
              ) : null}
              <li className={last ? "min-w-0 truncate" : "min-w-0 truncate max-md:max-w-24"}>
                {last || item.href === undefined ? (
                  <span aria-current={last ? "page" : undefined} className={last ? "font-medium text-ink" : undefined}>
                    {item.label}
                  </span>
                ) : (
                  <Link href={item.href} className="rounded-xs hover:text-ink hover:underline">
                    {item.label}
                  </Link>
                )}
              </li>
            </Fragment>
          );
        })}
      </ol>
    </nav>
  );
}
