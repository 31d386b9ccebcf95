"use client";
import { clsx } from "clsx";
import { useMemo } from "react";
import ReactMarkdown from "react-markdown";
import type { Components } from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import { CodeBlock } from "../display/code-block.tsx";
import { isCodeLanguage } from "../display/code-tokens.ts";
import { TextLink } from "../links/link.tsx";

export interface MarkdownProps {
  /** Text from people: hostile. Raw HTML in it is shown as nothing, scripts and styles never run. */
  source: string;
  className?: string;
  /** Maps a relative address; null takes the link or picture away. */
  resolveUrl?: (url: string) => string | null;
  /** How many levels headings sink, so that the page keeps one h1. */
  headingOffset?: 0 | 1 | 2;
}

const relative = /^(?![a-z][a-z\d+.-]*:|\/\/|#)/i;

// A picture from elsewhere would tell its owner who reads the page.
function isOwnPicture(url: string): boolean {
  return /^\/(?!\/)/.test(url) || /^data:image\/(?:png|jpeg|gif|webp);base64,/.test(url);
}

// Browsers drop control characters and blanks inside an address and read a backslash as a slash.
function safeUrl(url: string, resolve: MarkdownProps["resolveUrl"]): string | null {
  const target = relative.test(url) && resolve ? resolve(url) : url;
  if (target === null) return null;
  const read = target.replaceAll(/[\u0000-\u0020]/g, "").replaceAll("\\", "/");
  if (read.startsWith("//")) return null;
  const scheme = /^([a-z][a-z\d+.-]*):/i.exec(read)?.[1]?.toLowerCase();
  if (scheme === undefined || scheme === "http" || scheme === "https" || scheme === "mailto") return target;
  return isOwnPicture(read) ? target : null;
}

function partsOf(resolveUrl: MarkdownProps["resolveUrl"], offset: number): Components {
  const heading = (level: number) => {
    const size = ["text-xl", "text-lg", "text-base", "text-base", "text-sm", "text-sm"][level - 1];
    const at = Math.min(6, level + offset);
    return function Heading({ children }: { children?: React.ReactNode }) {
      const classes = clsx("mt-5 mb-2 font-medium first:mt-0", size);
      switch (at) {
        case 1:
          return <h1 className={classes}>{children}</h1>;
        case 2:
          return <h2 className={classes}>{children}</h2>;
        case 3:
          return <h3 className={classes}>{children}</h3>;
        case 4:
          return <h4 className={classes}>{children}</h4>;
        case 5:
          return <h5 className={classes}>{children}</h5>;
        default:
          return <h6 className={classes}>{children}</h6>;
      }
    };
  };
  return {
    h1: heading(1),
    h2: heading(2),
    h3: heading(3),
    h4: heading(4),
    h5: heading(5),
    h6: heading(6),
    a({ href, children }) {
      const target = href === undefined ? null : safeUrl(href, resolveUrl);
      if (target === null) return <span>{children}</span>;
      return (
        <TextLink href={target} external={/^https?:/i.test(target)}>
          {children}
        </TextLink>
      );
    },
    img({ src, alt }) {
      const target = typeof src === "string" ? safeUrl(src, resolveUrl) : null;
      if (target === null || !isOwnPicture(target)) return <span className="text-ink-3">[{alt || "picture"}]</span>;
      return <img src={target} alt={alt ?? ""} loading="lazy" className="max-w-full" />;
    },
    input: ({ checked }) => (
      <input
        type="checkbox"
        checked={checked === true}
        readOnly
        disabled
        aria-label={checked ? "done" : "to do"}
        className="mr-1.5 align-[-2px] accent-(--color-accent)"
      />
    ),
    pre({ children }) {
      return <>{children}</>;
    },
    code({ className, children }) {
      const language = /language-(\w+)/.exec(className ?? "")?.[1] ?? "";
      const text = typeof children === "string" ? children : "";
      if (!className && !text.includes("\n")) return <code className="rounded-sm bg-sunken px-1 py-px font-mono text-[0.9em]">{children}</code>;
      return <CodeBlock code={text} language={isCodeLanguage(language) ? language : "text"} className="my-3" />;
    },
    table: ({ children }) => (
      <div className="my-3 overflow-x-auto">
        <table className="w-auto border-collapse text-sm">{children}</table>
      </div>
    ),
    th: ({ children, style }) => (
      <th style={style} className="border-b border-line-strong px-2.5 py-1.5 text-left font-medium">
        {children}
      </th>
    ),
    td: ({ children, style }) => (
      <td style={style} className="border-b border-line px-2.5 py-1.5">
        {children}
      </td>
    ),
  };
}

const proseClasses =
  "max-w-[72ch] text-base leading-[1.55] wrap-anywhere [&_p]:my-2.5 [&_p]:first:mt-0 [&_ul]:my-2.5 [&_ul]:list-disc [&_ul]:pl-5 [&_ol]:my-2.5 [&_ol]:list-decimal [&_ol]:pl-5 [&_li]:my-1 [&_blockquote]:my-3 [&_blockquote]:border-l-2 [&_blockquote]:border-line-strong [&_blockquote]:pl-3 [&_blockquote]:text-ink-2 [&_hr]:my-5 [&_hr]:border-line [&_.contains-task-list]:list-none [&_.contains-task-list]:pl-0";

const remarkPlugins = [remarkGfm];
const rehypePlugins = [rehypeSanitize];

/** GitHub-flavoured Markdown from people, made safe. */
export function Markdown({ source, className, resolveUrl, headingOffset = 1 }: MarkdownProps) {
  const components = useMemo(() => partsOf(resolveUrl, headingOffset), [resolveUrl, headingOffset]);
  return (
    <div className={clsx(proseClasses, className)}>
      <ReactMarkdown remarkPlugins={remarkPlugins} rehypePlugins={rehypePlugins} components={components} urlTransform={(url) => url} skipHtml>
        {source}
      </ReactMarkdown>
    </div>
  );
}
