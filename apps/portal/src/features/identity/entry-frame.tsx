import { TrellisMark } from "@trellis/ui";
import type { ReactNode } from "react";

/** The plain frame of pages before sign-in. */
export function EntryFrame({ title, lead, children }: { title: string; lead: ReactNode; children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-screen w-full max-w-[400px] flex-col justify-center gap-6 px-4 py-12">
      <div className="flex items-center gap-2 text-lg font-medium">
        <TrellisMark size={24} />
        Trellis
      </div>
      <div className="flex flex-col gap-1">
        <h1 className="text-xl font-medium">{title}</h1>
        <p className="text-sm text-ink-2">{lead}</p>
      </div>
      {children}
    </main>
  );
}
