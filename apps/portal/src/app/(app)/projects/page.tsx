import type { Metadata } from "next";
import { ProjectsPage } from "@/features/catalog";

export const metadata: Metadata = { title: "Projects" };

export default function Page() {
  return <ProjectsPage />;
}
