"use client";

import { Button, Card, CodeBlock, Notice, TextArea } from "@trellis/ui";
import { Play } from "lucide-react";
import { useState } from "react";
import { useOrigin } from "@/features/shell";
import type { Outputs } from "@/live/trpc";

type Deployment = Outputs["delivery"]["deployment"];

/** Sends one request to the model with the person's own session, and shows how a program does it. */
export function TryIt({ deployment }: { deployment: Deployment }) {
  const origin = useOrigin();
  const [body, setBody] = useState(JSON.stringify(deployment.example.infer ?? {}, null, 2));
  const [answer, setAnswer] = useState<{ ok: boolean; text: string } | null>(null);
  const [busy, setBusy] = useState(false);

  const send = async (): Promise<void> => {
    setBusy(true);
    const response = await fetch(deployment.endpoint.infer, { method: "POST", headers: { "content-type": "application/json" }, body }).catch(() => null);
    const text = response ? await response.text() : "The portal did not answer.";
    setAnswer({ ok: response?.ok ?? false, text: pretty(text) });
    setBusy(false);
  };
  const curl = `curl -H "Authorization: Bearer $TRELLIS_TOKEN" -H "Content-Type: application/json" \\\n  -d '${JSON.stringify(deployment.example.infer ?? {})}' \\\n  ${origin}${deployment.endpoint.infer}`;
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Card
        title="Request"
        right={
          <Button size="sm" variant="primary" icon={Play} loading={busy} disabled={!deployment.endpoint.ready} onClick={() => void send()}>
            Send
          </Button>
        }
      >
        {deployment.endpoint.ready ? null : <Notice tone="warn">The model does not answer yet.</Notice>}
        <TextArea aria-label="Request body" mono rows={16} value={body} onValueChange={setBody} />
      </Card>
      <Card title="Answer">
        {answer ? (
          <CodeBlock code={answer.text} language="json" maxHeight={360} title={answer.ok ? undefined : "Refused"} />
        ) : (
          <p className="text-sm text-ink-3">Press Send.</p>
        )}
      </Card>
      <Card title="From a program" className="lg:col-span-2">
        <CodeBlock code={curl} language="bash" wrap />
      </Card>
    </div>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
