"use client";

import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";

type Handler = () => void;
export type ConnectionState = "connected" | "reconnecting" | "offline";
type Subscriptions = { subscribe(topic: string, handler: Handler): () => void };

const LiveContext = createContext<Subscriptions>({ subscribe: () => () => {} });
const ConnectionContext = createContext<ConnectionState>("connected");

/** Waits so long for more topics before it opens the stream again: a page mounts its parts one after the other. */
const GATHER_MS = 30;
const RETRY_MS = 1_000;

/**
 * One stream of change notices for the whole tab, open while the tab is visible. After every (re)connection all parts read
 * again once, so nothing is missed over a restart of the server.
 */
export function LiveProvider({ children }: { children: ReactNode }) {
  const handlers = useRef(new Map<string, Set<Handler>>());
  const [topics, setTopics] = useState("");
  const [connection, setConnection] = useState<ConnectionState>("connected");

  const refresh = useRef<ReturnType<typeof setTimeout> | null>(null);
  const gather = useCallback(() => {
    refresh.current ??= setTimeout(() => {
      refresh.current = null;
      setTopics([...handlers.current.keys()].sort().join(","));
    }, GATHER_MS);
  }, []);

  const live = useMemo<Subscriptions>(
    () => ({
      subscribe(topic, handler) {
        const set = handlers.current.get(topic) ?? new Set();
        handlers.current.set(topic, set.add(handler));
        gather();
        return () => {
          set.delete(handler);
          if (set.size === 0) handlers.current.delete(topic);
          gather();
        };
      },
    }),
    [gather],
  );

  useEffect(() => {
    if (topics === "") return;
    return openStream(topics, handlers.current, setConnection);
  }, [topics]);

  return (
    <LiveContext value={live}>
      <ConnectionContext value={connection}>{children}</ConnectionContext>
    </LiveContext>
  );
}

/** Whether change notices arrive; a page says so when they do not. */
export function useConnection(): ConnectionState {
  return useContext(ConnectionContext);
}

/** Reads the given queries again whenever the topic changes. `queryKey`s may be prefixes (`trpc.runs.pathKey()`). */
export function useLive(topic: string | null | undefined, ...queryKeys: readonly (readonly unknown[])[]): void {
  const queryClient = useQueryClient();
  const { subscribe } = useContext(LiveContext);
  const keys = JSON.stringify(queryKeys);
  useEffect(() => {
    if (!topic) return;
    return subscribe(topic, () => {
      for (const queryKey of JSON.parse(keys) as unknown[][]) void queryClient.invalidateQueries({ queryKey });
    });
  }, [topic, keys, subscribe, queryClient]);
}

function openStream(topics: string, handlers: Map<string, Set<Handler>>, setConnection: (state: ConnectionState) => void): () => void {
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | null = null;
  let wasConnected = false;

  const fire = (topic: string): void => {
    const sets = topic === "*" ? [...handlers.values()] : [handlers.get(topic) ?? new Set<Handler>()];
    for (const set of sets) for (const handler of set) handler();
  };
  const connect = (): void => {
    if (document.hidden || source) return;
    source = new EventSource(`/api/events?topics=${encodeURIComponent(topics)}`);
    source.addEventListener("ready", () => {
      setConnection("connected");
      if (wasConnected) fire("*");
      wasConnected = true;
    });
    source.addEventListener("change", (event: MessageEvent<string>) => fire(event.data));
    source.onerror = () => {
      close();
      setConnection(navigator.onLine ? "reconnecting" : "offline");
      retry = setTimeout(connect, RETRY_MS);
    };
  };
  const close = (): void => {
    source?.close();
    source = null;
    if (retry) clearTimeout(retry);
  };
  const onVisibility = (): void => {
    if (document.hidden) close();
    else {
      wasConnected = true;
      connect();
    }
  };
  document.addEventListener("visibilitychange", onVisibility);
  connect();
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    close();
  };
}
