/** The mark: a trellis with a leaf. */
export function TrellisMark({ size = 20, className }: { size?: number; className?: string }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      aria-hidden
      className={className}
    >
      <path d="M5 21V5M12 21V3M19 21V5M3 9h18M3 16h18" />
      <path d="M12 12c3-1 5-3 5.5-6-3.5.3-5.3 2.3-5.5 6Z" fill="currentColor" fillOpacity={0.25} />
    </svg>
  );
}
