import type { Metadata } from "next";
import { ModelVersionPage } from "@/features/registry";

export const metadata: Metadata = { title: "Model version" };

export default async function Page({ params }: { params: Promise<{ model: string; version: string }> }) {
  const { model, version } = await params;
  return <ModelVersionPage model={decodeURIComponent(model)} version={decodeURIComponent(version)} />;
}
