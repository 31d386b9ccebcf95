"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { pageOfClientLink } from "./run-links";

/** Leads on from the links that MLflow clients print (`/#/experiments/3/runs/…`): the server never sees what is behind the hash. */
export function ClientLinkForward() {
  const router = useRouter();
  useEffect(() => {
    const follow = (): void => {
      const page = pageOfClientLink(window.location.hash);
      if (page) router.replace(page);
    };
    follow();
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, [router]);
  return null;
}
