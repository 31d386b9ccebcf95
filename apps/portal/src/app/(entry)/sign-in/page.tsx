import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { SignInPage } from "@/features/identity";
import { host } from "@/server/host";
import { currentPerson } from "@/server/session";

export const metadata: Metadata = { title: "Sign in" };

export default async function Page() {
  if (await currentPerson()) redirect("/");
  if (await host().needsAdministrator()) redirect("/setup");
  return <SignInPage />;
}
