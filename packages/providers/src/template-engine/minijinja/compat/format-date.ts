const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/** Formats a moment in UTC by a strftime pattern, in the C locale. Throws for a directive that it does not know. */
export function formatDate(at: Date, pattern: string): string {
  return pattern.replace(/%(-?)([a-zA-Z%])/g, (directive, unpadded: string, letter: string) => {
    const text = readDirective(at, letter);
    if (text === undefined) throw new Error(`does not know the date directive ${directive}`);
    return unpadded === "" ? text : text.replace(/^0+(?=\d)/, "");
  });
}

function readDirective(at: Date, letter: string): string | undefined {
  const two = (value: number) => String(value).padStart(2, "0");
  const iso = at.toISOString();
  const directives: Record<string, () => string> = {
    "%": () => "%",
    Y: () => iso.slice(0, 4),
    y: () => iso.slice(2, 4),
    m: () => iso.slice(5, 7),
    d: () => iso.slice(8, 10),
    H: () => iso.slice(11, 13),
    I: () => two(at.getUTCHours() % 12 || 12),
    M: () => iso.slice(14, 16),
    S: () => iso.slice(17, 19),
    p: () => (at.getUTCHours() < 12 ? "AM" : "PM"),
    A: () => DAYS[at.getUTCDay()] ?? "",
    a: () => (DAYS[at.getUTCDay()] ?? "").slice(0, 3),
    B: () => MONTHS[at.getUTCMonth()] ?? "",
    b: () => (MONTHS[at.getUTCMonth()] ?? "").slice(0, 3),
    j: () => String(Math.floor((at.getTime() - Date.UTC(at.getUTCFullYear(), 0, 1)) / 86_400_000) + 1).padStart(3, "0"),
    F: () => iso.slice(0, 10),
    T: () => iso.slice(11, 19),
    Z: () => "UTC",
    z: () => "+0000",
  };
  return directives[letter]?.();
}
