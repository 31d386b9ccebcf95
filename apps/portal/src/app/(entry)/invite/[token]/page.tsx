import type { Metadata } from "next";
import { AcceptInvitationPage } from "@/features/identity";

export const metadata: Metadata = { title: "Join" };

export default async function Page({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  return <AcceptInvitationPage token={token} />;
}
