import type { Metadata } from "next";
import { ClientLinkForward, ExperimentsPage } from "@/features/tracking";

export const metadata: Metadata = { title: "Experiments" };

/** Where links lead that a client prints whose tracking URI is this address. */
export default function Page() {
  return (
    <>
      <ClientLinkForward />
      <ExperimentsPage />
    </>
  );
}
