import type { Metadata } from "next";
import { ChangeRequestPage } from "@/features/delivery";

export const metadata: Metadata = { title: "Change request" };

export default async function Page({ params }: { params: Promise<{ number: string }> }) {
  const { number } = await params;
  return <ChangeRequestPage number={decodeURIComponent(number)} />;
}
