"use client";
import { clsx } from "clsx";
import { ExternalLink } from "lucide-react";
import { createContext, useContext, useMemo } from "react";
import type { AnchorHTMLAttributes, ComponentType, ReactNode, Ref } from "react";

export type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { href: string; ref?: Ref<HTMLAnchorElement> };

interface Links {
  component: ComponentType<LinkProps> | null;
  navigate: (href: string) => void;
}

const LinksContext = createContext<Links>({ component: null, navigate: (href) => window.location.assign(href) });

/** Tells the kit how to draw a link and how to go somewhere; without it, plain anchors and full page loads. */
export function LinkProvider(props: { component?: ComponentType<LinkProps>; navigate?: (href: string) => void; children: ReactNode }) {
  const { component, navigate, children } = props;
  const value = useMemo<Links>(() => ({ component: component ?? null, navigate: navigate ?? ((href) => window.location.assign(href)) }), [component, navigate]);
  return <LinksContext value={value}>{children}</LinksContext>;
}

/** Goes to an address of the app, as a click on a Link would. */
export function useNavigate(): (href: string) => void {
  return useContext(LinksContext).navigate;
}

/** The provider's link without style. */
export function Link(props: LinkProps) {
  const { component: Component } = useContext(LinksContext);
  return Component ? <Component {...props} /> : <a {...props} />;
}

export interface TextLinkProps extends LinkProps {
  /** Ink colour instead of the accent, for dense tables. */
  quiet?: boolean;
  /** Opens in a new tab and says so. */
  external?: boolean;
}

/** A link within text. */
export function TextLink({ quiet, external, className, children, ...rest }: TextLinkProps) {
  const classes = clsx(
    "rounded-xs underline-offset-2 hover:underline in-[p]:underline in-[p]:decoration-current/40 in-[li]:underline in-[li]:decoration-current/40",
    quiet ? "text-ink" : "text-accent-ink",
    className,
  );
  if (!external)
    return (
      <Link {...rest} className={classes}>
        {children}
      </Link>
    );
  return (
    <a {...rest} className={classes} target="_blank" rel="noreferrer noopener">
      {children}
      <ExternalLink aria-hidden className="ml-1 inline size-3 align-baseline" />
      <span className="sr-only"> (opens in a new tab)</span>
    </a>
  );
}
