"use client";

import { Skeleton } from "@trellis/ui";
import dynamic from "next/dynamic";

/** Markdown of the kit, loaded when there is some to show: its parser weighs as much as a page. */
export const Markdown = dynamic(() => import("@trellis/ui/markdown").then((module) => module.Markdown), { ssr: false, loading: () => <Skeleton lines={6} /> });
