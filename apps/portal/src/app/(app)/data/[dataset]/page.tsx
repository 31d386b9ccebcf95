import type { Metadata } from "next";
import { DatasetPage } from "@/features/tracking";

export const metadata: Metadata = { title: "Dataset" };

export default async function Page({ params }: { params: Promise<{ dataset: string }> }) {
  const { dataset } = await params;
  return <DatasetPage dataset={decodeURIComponent(dataset)} />;
}
