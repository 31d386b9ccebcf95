import type { ReactNode } from "react";

export type ToastTone = "neutral" | "ok" | "fail" | "warn";

export interface ToastOptions {
  title: ReactNode;
  description?: ReactNode;
  tone?: ToastTone;
  /** One thing to do about it, such as Undo. */
  action?: { label: string; onSelect: () => void };
  /** 0 keeps it until closed. Default 5 s, 10 s with an action. */
  timeoutMs?: number;
}

type QueuedToast = ToastOptions & { id: string };

interface ToastPlace {
  show: (toast: QueuedToast) => void;
  close: (id: string) => void;
}

/** Holds toasts until their place is there, since its code comes with the first one. */
export class ToastQueue {
  #waiting: QueuedToast[] = [];
  #place: ToastPlace | null = null;
  #shown = 0;
  readonly #onFirst: () => void;

  constructor(onFirst: () => void) {
    this.#onFirst = onFirst;
  }

  show(toast: ToastOptions): string {
    const id = `toast-${(this.#shown += 1)}`;
    if (this.#place) this.#place.show({ ...toast, id });
    else {
      this.#waiting.push({ ...toast, id });
      this.#onFirst();
    }
    return id;
  }

  close(id: string): void {
    this.#waiting = this.#waiting.filter((toast) => toast.id !== id);
    this.#place?.close(id);
  }

  /** The place takes over what waits; gives a function that takes it away again. */
  serve(place: ToastPlace): () => void {
    this.#place = place;
    for (const toast of this.#waiting.splice(0)) place.show(toast);
    return () => {
      this.#place = null;
    };
  }
}
