import type { Metadata } from "next";
import { DatasetsPage } from "@/features/tracking";

export const metadata: Metadata = { title: "Data" };

export default function Page() {
  return <DatasetsPage />;
}
