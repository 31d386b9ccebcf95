import type { Metadata } from "next";
import { ProjectPage } from "@/features/catalog";

export const metadata: Metadata = { title: "Project" };

export default async function Page({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params;
  return <ProjectPage slug={decodeURIComponent(slug)} />;
}
