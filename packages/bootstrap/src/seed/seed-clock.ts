import type { Random } from "./random.ts";

/** The time of the seeded company: it only goes forward, and only when it is told to. */
export type SeedClock = {
  now(): Date;
  /** Goes on by this many seconds. */
  advance(seconds: number): void;
  /** Goes on to this moment; a moment that has passed changes nothing. */
  reach(moment: Date): void;
  /** Ids of that time, UUID version 7 (RFC 9562): they sort by when they were made, and are the same for the same seed. */
  newId(): string;
};

/** A clock that begins at this moment. */
export function createSeedClock(start: Date, random: Random): SeedClock {
  let nowMs = start.getTime();
  let counter = 0;
  return {
    now: () => new Date(nowMs),
    advance(seconds) {
      nowMs += Math.max(0, Math.round(seconds * 1_000));
    },
    reach(moment) {
      nowMs = Math.max(nowMs, moment.getTime());
    },
    newId() {
      counter += 1;
      const time = nowMs.toString(16).padStart(12, "0");
      const order = (counter & 0xfff).toString(16).padStart(3, "0");
      const sequence = (0x8000 | ((counter >>> 12) & 0x3fff)).toString(16);
      const rest = Array.from({ length: 3 }, () => random.whole(0, 0xffff).toString(16).padStart(4, "0")).join("");
      return `${time.slice(0, 8)}-${time.slice(8)}-7${order}-${sequence}-${rest}`;
    },
  };
}
