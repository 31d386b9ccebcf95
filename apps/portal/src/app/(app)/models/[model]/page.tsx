import type { Metadata } from "next";
import { ModelPage } from "@/features/registry";

export const metadata: Metadata = { title: "Model" };

export default async function Page({ params }: { params: Promise<{ model: string }> }) {
  const { model } = await params;
  return <ModelPage model={decodeURIComponent(model)} />;
}
