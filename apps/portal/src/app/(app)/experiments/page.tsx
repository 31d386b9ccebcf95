import type { Metadata } from "next";
import { ExperimentsPage } from "@/features/tracking";

export const metadata: Metadata = { title: "Experiments" };

export default function Page() {
  return <ExperimentsPage />;
}
