import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { SetupPage } from "@/features/identity";
import { host } from "@/server/host";
import { currentPerson } from "@/server/session";

export const metadata: Metadata = { title: "Set up" };

export default async function Page() {
  if (await currentPerson()) redirect("/");
  if (!(await host().needsAdministrator())) redirect("/sign-in");
  return <SetupPage />;
}
