import type { Metadata } from "next";
import { HomePage } from "@/features/home";
import { ClientLinkForward } from "@/features/tracking";

export const metadata: Metadata = { title: "Home" };

export default function Page() {
  return (
    <>
      <ClientLinkForward />
      <HomePage />
    </>
  );
}
