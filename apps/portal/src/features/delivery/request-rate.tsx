import { NumberValue } from "@trellis/ui";

/** How often requests come: by the second, or by the minute where that would read as nothing. */
export function RequestRate({ perSecond }: { perSecond: number }) {
  const isRare = perSecond > 0 && perSecond < 0.1;
  return <NumberValue value={isRare ? perSecond * 60 : perSecond} digits={1} unit={isRare ? "req/min" : "req/s"} size="sm" />;
}
