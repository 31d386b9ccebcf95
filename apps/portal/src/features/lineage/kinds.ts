import type { IconType } from "@trellis/ui";
import { Activity, Box, CirclePlay, Database, FolderGit2, LayoutTemplate, Package, Plug, Rocket, User } from "lucide-react";
import type { Outputs } from "@/live/trpc";

export type LineageTrace = Outputs["lineage"]["trace"];
export type LineageNode = LineageTrace["nodes"][number];
export type LineageKind = LineageNode["kind"];

/** How each kind of thing is called and drawn. */
export const KINDS: Record<LineageKind, { word: string; icon: IconType }> = {
  template: { word: "Template", icon: LayoutTemplate },
  project: { word: "Project", icon: FolderGit2 },
  dataset_version: { word: "Dataset version", icon: Database },
  run: { word: "Run", icon: CirclePlay },
  logged_model: { word: "Logged model", icon: Package },
  model_version: { word: "Model version", icon: Box },
  deployment: { word: "Deployment", icon: Rocket },
  endpoint: { word: "Endpoint", icon: Plug },
  consumer: { word: "Consumer", icon: User },
  drift_report: { word: "Drift report", icon: Activity },
};

export function isLineageKind(kind: string): kind is LineageKind {
  return kind in KINDS;
}
