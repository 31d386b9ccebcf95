import type { Metadata } from "next";
import { MonitorPage } from "@/features/monitoring";

export const metadata: Metadata = { title: "Monitoring" };

export default async function Page({ params }: { params: Promise<{ deployment: string }> }) {
  const { deployment } = await params;
  return <MonitorPage deployment={decodeURIComponent(deployment)} />;
}
