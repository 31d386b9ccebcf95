import type { Metadata } from "next";
import { DeploymentsPage } from "@/features/delivery";

export const metadata: Metadata = { title: "Deployments" };

export default function Page() {
  return <DeploymentsPage />;
}
