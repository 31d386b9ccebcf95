import type { Metadata } from "next";
import { ExperimentPage } from "@/features/tracking";

export const metadata: Metadata = { title: "Experiment" };

export default async function Page({ params }: { params: Promise<{ experiment: string }> }) {
  const { experiment } = await params;
  return <ExperimentPage experiment={decodeURIComponent(experiment)} />;
}
