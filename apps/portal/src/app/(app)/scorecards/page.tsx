import type { Metadata } from "next";
import { ScorecardsPage } from "@/features/scorecards";

export const metadata: Metadata = { title: "Scorecards" };

export default function Page() {
  return <ScorecardsPage />;
}
