"use client";
import { CalendarRange } from "lucide-react";
import { useState } from "react";
import { Button } from "../buttons/button.tsx";
import { Popover } from "../floats/popover.tsx";
import { SegmentedControl } from "../navigation/segmented-control.tsx";
import { formatDate } from "../values/format.ts";
import { Field } from "./field.tsx";
import { TextInput } from "./text-input.tsx";

export interface DateRangeValue {
  from: Date | null;
  to: Date | null;
  /** Id of the preset that was chosen, else undefined. */
  preset?: string | undefined;
}

export interface DateRangePreset {
  id: string;
  label: string;
  hours: number;
}

const usual: DateRangePreset[] = [
  { id: "24h", label: "24 h", hours: 24 },
  { id: "7d", label: "7 d", hours: 168 },
  { id: "30d", label: "30 d", hours: 720 },
  { id: "90d", label: "90 d", hours: 2160 },
];

const isoDay = (date: Date | null) => (date === null ? "" : date.toISOString().slice(0, 10));

/** A span of time: presets beside each other, or two days (UTC, both included). */
export function DateRange({
  value,
  onChange,
  presets = usual,
}: {
  value: DateRangeValue;
  onChange: (value: DateRangeValue) => void;
  presets?: DateRangePreset[];
}) {
  const [open, setOpen] = useState(false);
  const [from, setFrom] = useState(isoDay(value.from));
  const [to, setTo] = useState(isoDay(value.to));
  const wrong = from && to && from > to ? "The first day is after the last one." : undefined;

  function choose(id: string) {
    const preset = presets.find((item) => item.id === id);
    if (!preset) return;
    const end = new Date();
    onChange({ from: new Date(end.getTime() - preset.hours * 3_600_000), to: end, preset: id });
  }

  function apply() {
    if (wrong || !from || !to) return;
    onChange({ from: new Date(`${from}T00:00:00Z`), to: new Date(`${to}T23:59:59.999Z`) });
    setOpen(false);
  }

  const own = value.preset === undefined && value.from !== null && value.to !== null;
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <SegmentedControl
        label="Time range"
        items={presets.map((preset) => ({ value: preset.id, label: preset.label }))}
        value={value.preset ?? ""}
        onChange={choose}
      />
      <Popover
        open={open}
        onOpenChange={setOpen}
        label="Choose days"
        trigger={
          <Button size="sm" icon={CalendarRange}>
            {own && value.from && value.to ? `${formatDate(value.from)} to ${formatDate(value.to)}` : "Days"}
          </Button>
        }
      >
        <form
          className="flex w-64 flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            apply();
          }}
        >
          <Field label="First day (UTC)">
            <TextInput type="date" value={from} onValueChange={setFrom} />
          </Field>
          <Field label="Last day (UTC)" error={wrong}>
            <TextInput type="date" value={to} onValueChange={setTo} />
          </Field>
          <Button variant="primary" type="submit" disabled={!from || !to || wrong !== undefined}>
            Show these days
          </Button>
        </form>
      </Popover>
    </span>
  );
}
