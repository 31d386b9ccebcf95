import type { Outputs } from "@/live/trpc";

type ChangeRequest = Outputs["delivery"]["changeRequest"];

/** The sentence on top of a request: what stands in the way, or what came of it. */
export function requestFinding(request: ChangeRequest): { tone: "ok" | "warn" | "fail" | "run" | "neutral"; text: string } {
  if (request.status === "applied") return { tone: "ok", text: request.outcome || "It is live." };
  if (request.status === "failed") return { tone: "fail", text: request.outcome || "It could not be applied." };
  if (request.status === "approved" || request.status === "committed")
    return { tone: "run", text: "Approved. The world is being brought in line with the manifest." };
  if (request.status !== "open") return { tone: "neutral", text: request.outcome || `This request was ${request.status}.` };
  const { failed, warned, passed, total } = request.gates;
  if (failed > 0) return { tone: "fail", text: `${failed} of ${total} gates fail. It cannot be approved until they pass.` };
  if (warned > 0) return { tone: "warn", text: `${passed} of ${total} gates pass, ${warned} warn. Nothing blocks it.` };
  return { tone: "ok", text: `All ${total} gates pass. Nothing blocks it.` };
}
