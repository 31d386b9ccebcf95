"use client";

import { Card } from "@trellis/ui";
import type { ComparedRow, Side } from "./compare-model";
import { ValuesTable } from "./values-table";

/** Columns that go in and come out, with their type in each version. */
export function CompareSignature({ sides }: { sides: Side[] }) {
  const text = (value: string | null) => value ?? "–";
  return (
    <div className="flex flex-col gap-4">
      <Card title="Inputs" flush>
        <ValuesTable noun="Column" rows={fieldRows(sides, "inputs")} sides={sides} csvName="signature-inputs" empty="No inputs are known" cell={text} />
      </Card>
      <Card title="Outputs" flush>
        <ValuesTable noun="Column" rows={fieldRows(sides, "outputs")} sides={sides} csvName="signature-outputs" empty="No outputs are known" cell={text} />
      </Card>
    </div>
  );
}

function fieldRows(sides: Side[], direction: "inputs" | "outputs"): ComparedRow<string>[] {
  const types = sides.map((side) => new Map(side.signature?.[direction].map((field) => [field.name, field.type])));
  const names = [...new Set(types.flatMap((fields) => [...fields.keys()]))];
  return names.map((key) => {
    const values = types.map((fields) => fields.get(key) ?? null);
    return { key, values, differs: new Set(values).size > 1 };
  });
}
