import type { Metadata } from "next";
import { CreateProjectPage } from "@/features/scaffolder";

export const metadata: Metadata = { title: "Create a project" };

export default async function Page({ params }: { params: Promise<{ template: string }> }) {
  const { template } = await params;
  return <CreateProjectPage template={decodeURIComponent(template)} />;
}
