"use client";
import { useState } from "react";

/** Whether this has been true at least once since the component was mounted. */
export function useWasTrue(now: boolean): boolean {
  const [was, setWas] = useState(now);
  if (now && !was) setWas(true);
  return was || now;
}
