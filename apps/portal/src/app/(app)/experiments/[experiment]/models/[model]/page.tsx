import type { Metadata } from "next";
import { LoggedModelPage } from "@/features/tracking";

export const metadata: Metadata = { title: "Logged model" };

export default async function Page({ params }: { params: Promise<{ model: string }> }) {
  const { model } = await params;
  return <LoggedModelPage model={decodeURIComponent(model)} />;
}
