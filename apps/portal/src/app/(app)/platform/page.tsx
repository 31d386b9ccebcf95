import type { Metadata } from "next";
import { PlatformPage } from "@/features/platform";

export const metadata: Metadata = { title: "Platform" };

export default function Page() {
  return <PlatformPage />;
}
