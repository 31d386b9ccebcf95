import type { Metadata } from "next";
import { RunPage } from "@/features/pipelines";

export const metadata: Metadata = { title: "Run" };

export default async function Page({ params }: { params: Promise<{ slug: string; number: string }> }) {
  const { slug, number } = await params;
  return <RunPage slug={decodeURIComponent(slug)} number={decodeURIComponent(number)} />;
}
