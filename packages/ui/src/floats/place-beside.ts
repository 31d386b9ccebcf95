export type Side = "top" | "bottom" | "left" | "right";

type Box = { left: number; top: number; width: number; height: number };
type Size = { width: number; height: number };

const GAP = 6;
const MARGIN = 8;
const OPPOSITE: Record<Side, Side> = { top: "bottom", bottom: "top", left: "right", right: "left" };

/**
 * Where a box of `size` stands beside `anchor`, in pixels of the screen: centred on the wanted side, on the opposite one where
 * there is no room, and moved along so that it stays on the screen.
 */
export function placeBeside(anchor: Box, size: Size, screen: Size, wanted: Side): { left: number; top: number; side: Side } {
  const room: Record<Side, number> = {
    top: anchor.top,
    bottom: screen.height - anchor.top - anchor.height,
    left: anchor.left,
    right: screen.width - anchor.left - anchor.width,
  };
  const needed = (wanted === "top" || wanted === "bottom" ? size.height : size.width) + GAP + MARGIN;
  const side = room[wanted] < needed && room[OPPOSITE[wanted]] > room[wanted] ? OPPOSITE[wanted] : wanted;
  const keep = (at: number, length: number, whole: number): number => Math.max(MARGIN, Math.min(at, whole - length - MARGIN));
  if (side === "top" || side === "bottom")
    return {
      left: keep(anchor.left + anchor.width / 2 - size.width / 2, size.width, screen.width),
      top: side === "top" ? anchor.top - size.height - GAP : anchor.top + anchor.height + GAP,
      side,
    };
  return {
    left: side === "left" ? anchor.left - size.width - GAP : anchor.left + anchor.width + GAP,
    top: keep(anchor.top + anchor.height / 2 - size.height / 2, size.height, screen.height),
    side,
  };
}
