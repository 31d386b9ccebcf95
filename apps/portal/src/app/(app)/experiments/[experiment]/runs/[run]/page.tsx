import type { Metadata } from "next";
import { TrackedRunPage } from "@/features/tracking";

export const metadata: Metadata = { title: "Run" };

export default async function Page({ params }: { params: Promise<{ run: string }> }) {
  const { run } = await params;
  return <TrackedRunPage run={decodeURIComponent(run)} />;
}
