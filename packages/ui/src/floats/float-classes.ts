/** Surface of everything that floats: menu, popover, list of a select. */
export const floatClasses =
  "origin-(--transform-origin) rounded-md border border-line bg-surface text-ink shadow-float outline-none transition-[opacity,scale] data-[ending-style]:scale-98 data-[ending-style]:opacity-0 data-[starting-style]:scale-98 data-[starting-style]:opacity-0";

/** Dims the page behind a dialog or a drawer. */
export const scrimClasses = "fixed inset-0 z-40 bg-scrim transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0";
