const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const steps = [
  second,
  2 * second,
  5 * second,
  10 * second,
  15 * second,
  30 * second,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  14 * day,
  28 * day,
];

export interface GanttTick {
  /** Milliseconds since the start. */
  offset: number;
  x: number;
  label: string;
}

/** Elapsed time for the axis, in round words: "30 s", "2 min", "1 h 30 min". */
export function tickLabel(offset: number): string {
  if (offset < minute) return `${Math.round(offset / second)} s`;
  if (offset < hour) {
    const rest = Math.round((offset % minute) / second);
    return `${Math.floor(offset / minute)} min${rest ? ` ${rest} s` : ""}`;
  }
  if (offset < day) {
    const rest = Math.round((offset % hour) / minute);
    return `${Math.floor(offset / hour)} h${rest ? ` ${rest} min` : ""}`;
  }
  const rest = Math.round((offset % day) / hour);
  return `${Math.floor(offset / day)} d${rest ? ` ${rest} h` : ""}`;
}

export interface GanttScale {
  /** Start and end of what is drawn, epoch ms; the end is after the start. */
  from: number;
  to: number;
  width: number;
  x: (at: number) => number;
}

export const edge = 10;

/** Maps time to pixels within [edge, width - edge]; times outside are held at the edges. */
export function ganttScale(from: number, to: number, width: number): GanttScale {
  const end = Number.isFinite(to) && to > from ? to : from + second;
  const room = Math.max(1, width - 2 * edge);
  const x = (at: number) => edge + ((Math.min(end, Math.max(from, at)) - from) / (end - from)) * room;
  return { from, to: end, width, x };
}

/** Round ticks of the axis, at least `gap` pixels from each other; the first is the start itself. */
export function ganttTicks(scale: GanttScale, gap: number): GanttTick[] {
  const length = scale.to - scale.from;
  const room = Math.max(1, scale.width - 2 * edge);
  const wanted = (gap / room) * length;
  let step = steps.find((candidate) => candidate >= wanted) ?? 28 * day;
  while (step < wanted) step *= 2;
  const ticks: GanttTick[] = [];
  for (let offset = 0; offset <= length; offset += step) ticks.push({ offset, x: scale.x(scale.from + offset), label: tickLabel(offset) });
  return ticks;
}
