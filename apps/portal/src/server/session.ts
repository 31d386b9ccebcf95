import "server-only";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { host } from "./host";

/** The signed-in person, once a request; null for visitors. */
export const currentPerson = cache(async () => host().personOf(await headers()));

/** The signed-in person, or a redirect: to the set-up of an empty portal, else to the sign-in page. */
export async function requirePerson() {
  const person = await currentPerson();
  if (person) return person;
  redirect((await host().needsAdministrator()) ? "/setup" : "/sign-in");
}
