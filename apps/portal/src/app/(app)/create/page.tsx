import type { Metadata } from "next";
import { TemplatesPage } from "@/features/scaffolder";

export const metadata: Metadata = { title: "Create" };

export default function Page() {
  return <TemplatesPage />;
}
