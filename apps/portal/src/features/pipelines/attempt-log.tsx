"use client";

import { Notice } from "@trellis/ui";
import { LogView } from "@trellis/ui/log";
import { useEffect, useState } from "react";
import type { Outputs } from "@/live/trpc";

type Attempt = Outputs["pipelines"]["run"]["attempts"][number];
type LogState = { lines: string[]; ended: boolean; error: string | null };

const RETRY_MS = 1_000;

/** The log of an attempt, streamed while it grows; a lost connection goes on where it stopped. */
export function AttemptLog({ attempt }: { attempt: Attempt }) {
  const { lines, ended, error } = useAttemptLog(attempt.id);
  const live = attempt.endedAt === null;
  return (
    <>
      {error ? <Notice tone="warn">{error}</Notice> : null}
      <LogView
        label={`Log of ${attempt.stepKey}, attempt ${attempt.number}`}
        lines={lines}
        live={live}
        loading={lines.length === 0 && !ended && !error}
        downloadHref={`/api/v1/attempts/${attempt.id}/log`}
        empty={live ? "Nothing was written yet." : "This attempt wrote nothing."}
      />
    </>
  );
}

function useAttemptLog(attemptId: string): LogState {
  const [state, setState] = useState<LogState>({ lines: [], ended: false, error: null });
  useEffect(() => {
    const gone = new AbortController();
    void followLog(attemptId, gone.signal, setState);
    return () => gone.abort();
  }, [attemptId]);
  return state;
}

async function followLog(attemptId: string, signal: AbortSignal, onChange: (update: (state: LogState) => LogState) => void): Promise<void> {
  const decoder = new TextDecoder();
  let offset = 0;
  let tail = "";
  while (!signal.aborted) {
    try {
      const response = await fetch(`/api/v1/attempts/${attemptId}/log?follow=true&offset=${offset}`, { signal });
      if (!response.ok || !response.body) throw new Error(`The log could not be read (${response.status}).`);
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        offset += value.length;
        const parts = (tail + decoder.decode(value, { stream: true })).split("\n");
        tail = parts.pop() ?? "";
        if (parts.length > 0) onChange((state) => ({ ...state, error: null, lines: [...state.lines, ...parts] }));
      }
      const rest = tail;
      tail = "";
      onChange((state) => ({ lines: rest ? [...state.lines, rest] : state.lines, ended: true, error: null }));
      return;
    } catch (error) {
      if (signal.aborted) return;
      onChange((state) => ({ ...state, error: `The connection to the log was lost and is being made again. ${error instanceof Error ? error.message : ""}` }));
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
