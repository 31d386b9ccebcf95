import type { Metadata } from "next";
import { ProjectSettingsPage } from "@/features/catalog";

export const metadata: Metadata = { title: "Project settings" };

export default async function Page({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params;
  return <ProjectSettingsPage slug={decodeURIComponent(slug)} />;
}
