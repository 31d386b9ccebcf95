import type { Metadata } from "next";
import { RunsPage } from "@/features/pipelines";

export const metadata: Metadata = { title: "Runs" };

export default function Page() {
  return <RunsPage />;
}
