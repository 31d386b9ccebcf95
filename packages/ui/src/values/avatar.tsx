import { clsx } from "clsx";
import { TrellisMark } from "../shell/trellis-mark.tsx";

/** One or two letters for a person: first letters of the first and last word, or of the mail name. */
export function initialsOf(name: string): string {
  const words = name
    .replace(/@.*/, "")
    .split(/[\s._-]+/)
    .filter(Boolean);
  const first = words[0]?.[0] ?? "?";
  const last = words.length > 1 ? (words[words.length - 1]?.[0] ?? "") : (words[0]?.[1] ?? "");
  return (first + last).toUpperCase();
}

export interface AvatarProps {
  name: string;
  size?: "sm" | "md";
  /** Hidden from readers when the name stands beside it (default). */
  labelled?: boolean;
  className?: string;
}

/** Initials of a person; the service itself ("trellis") gets the mark. */
export function Avatar({ name, size = "sm", labelled = false, className }: AvatarProps) {
  const service = /^(trellis|system|platform)\b/i.test(name);
  return (
    <span
      title={name}
      role={labelled ? "img" : undefined}
      aria-label={labelled ? name : undefined}
      aria-hidden={labelled ? undefined : true}
      className={clsx(
        "inline-grid shrink-0 place-items-center rounded-full font-medium select-none",
        size === "sm" ? "size-5 text-[9.5px]" : "size-6.5 text-2xs",
        service ? "bg-sunken text-ink-2" : "bg-accent-soft text-accent-ink",
        className,
      )}
    >
      {service ? <TrellisMark size={size === "sm" ? 12 : 15} /> : initialsOf(name)}
    </span>
  );
}

/** Several people in little room; the rest as a number. */
export function AvatarStack({ names, max = 4 }: { names: string[]; max?: number }) {
  const shown = names.slice(0, max);
  const rest = names.length - shown.length;
  return (
    <span className="inline-flex items-center gap-1" role="img" aria-label={names.join(", ")}>
      {shown.map((name) => (
        <Avatar key={name} name={name} />
      ))}
      {rest > 0 ? (
        <span className="text-xs text-ink-2" title={names.slice(max).join(", ")}>
          +{rest}
        </span>
      ) : null}
    </span>
  );
}
