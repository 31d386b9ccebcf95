import { Button } from "@trellis/ui";
import { Waypoints } from "lucide-react";
import type { LineageKind } from "./kinds";

/** Leads to what made a thing and what is affected if it changes. */
export function LineageLink({ kind, id }: { kind: LineageKind; id: string }) {
  return (
    <Button href={`/lineage/${kind}/${id}`} icon={Waypoints}>
      Lineage
    </Button>
  );
}
