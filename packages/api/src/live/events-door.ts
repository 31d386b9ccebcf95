import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { ChangeFeed } from "./change-feed.ts";

const MAX_TOPICS = 100;
/** Proxies close silent streams after a minute or so. */
const HEARTBEAT_MS = 25_000;
/** `approvals`, `run:<id>`, or `runs:*` for every topic of that kind. */
const TOPIC = /^[a-z-]+(?::(?:\*|[A-Za-z0-9_-]{1,64}))?$/;

/**
 * `GET /api/events?topics=a,b`: one stream of server-sent events a browser tab. Each event names a topic that has changed;
 * the page reads again what it shows. The first event is `ready`, after which a page that comes back reads everything once,
 * so nothing is lost over a restart. The stream carries no data, only names of topics.
 */
export function eventsDoor(context: Context, changes: ChangeFeed, userId: string): Response {
  const topics = (context.req.query("topics") ?? "").split(",").filter(Boolean);
  const wrong = topics.find((topic) => !TOPIC.test(topic));
  if (wrong !== undefined || topics.length > MAX_TOPICS)
    return context.json({ error: { code: "INVALID", message: wrong ? `${wrong} is not a topic.` : `At most ${MAX_TOPICS} topics.` } }, 400);
  // Other people's inboxes are nobody's business, not even that something came.
  const wanted = new Set(topics.filter((topic) => !topic.startsWith("notifications:") || topic === `notifications:${userId}`));
  return streamSSE(context, async (stream) => {
    const unsubscribe = changes.subscribe((topic) => {
      const everyOfKind = `${topic.split(":", 1)[0]}:*`;
      for (const name of [topic, everyOfKind]) if (name === "*" || wanted.has(name)) void stream.writeSSE({ event: "change", data: name });
    });
    const heartbeat = setInterval(() => void stream.write(": still here\n\n"), HEARTBEAT_MS);
    await stream.writeSSE({ event: "ready", data: "" });
    await new Promise<void>((resolve) => stream.onAbort(resolve));
    clearInterval(heartbeat);
    unsubscribe();
  });
}
