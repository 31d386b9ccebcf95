"use client";

import { useEffect } from "react";
import { pageOfClientLink } from "./run-links";

/** Leads on from the links that MLflow clients print (`/#/experiments/3/runs/…`): the server never sees what is behind the hash. */
export function ClientLinkForward() {
  useEffect(() => {
    const follow = (): void => {
      const page = pageOfClientLink(window.location.hash);
      // Not by the router: it may still be on its way to this very page, and would come back to it.
      if (page) window.location.replace(page);
    };
    follow();
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return null;
}
