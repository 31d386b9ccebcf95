import { EventEmitter } from "node:events";

/** Tells listeners of this process which topics have changed; fed by the database's notifications. */
export class ChangeFeed {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  /** Called for every announced topic. */
  publish(topic: string): void {
    this.emitter.emit("change", topic);
  }

  /** Called when announcements may have been missed: everybody reads again. */
  publishGap(): void {
    this.emitter.emit("change", "*");
  }

  /** Calls back with each changed topic (`*` = anything may have changed) until the returned function is called. */
  subscribe(onChange: (topic: string) => void): () => void {
    this.emitter.on("change", onChange);
    return () => this.emitter.off("change", onChange);
  }
}
