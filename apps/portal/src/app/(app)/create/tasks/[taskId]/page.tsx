import type { Metadata } from "next";
import { ScaffoldTaskPage } from "@/features/scaffolder";

export const metadata: Metadata = { title: "Creating" };

export default async function Page({ params }: { params: Promise<{ taskId: string }> }) {
  const { taskId } = await params;
  return <ScaffoldTaskPage taskId={decodeURIComponent(taskId)} />;
}
