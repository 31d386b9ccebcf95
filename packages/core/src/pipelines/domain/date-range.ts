const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;

export const DATE_STEPS = ["day", "week", "month"] as const;

/** Most dates of one backfill. */
export const MAX_DATES = 1_000;

/** True for a day that exists, e.g. `2001-02-28`. */
export function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && toDay(at) === text;
}

/**
 * The days from `from` to `to`, both included, each a day, a week or a month after the one before; at most one more than
 * `MAX_DATES`. A month that lacks the day of `from` has its last day instead.
 */
export function datesBetween(from: string, to: string, step: (typeof DATE_STEPS)[number]): string[] {
  const first = new Date(`${from}T00:00:00Z`);
  const dates: string[] = [];
  for (let index = 0; dates.length <= MAX_DATES; index += 1) {
    const day = toDay(step === "month" ? addMonths(first, index) : new Date(first.getTime() + index * (step === "week" ? 7 : 1) * DAY_MS));
    if (day > to) break;
    dates.push(day);
  }
  return dates;
}

function addMonths(first: Date, months: number): Date {
  const lastOfMonth = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + months + 1, 0));
  return new Date(Date.UTC(lastOfMonth.getUTCFullYear(), lastOfMonth.getUTCMonth(), Math.min(first.getUTCDate(), lastOfMonth.getUTCDate())));
}

function toDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}
