import type { Metadata } from "next";
import { ApprovalsPage } from "@/features/delivery";

export const metadata: Metadata = { title: "Approvals" };

export default function Page() {
  return <ApprovalsPage />;
}
