// In a desk's page, before its own scripts: makes it learn late of whatever the other terminal says. `parleyLate` is how late,
// in ms; 0 until a call is up, so that its beginning is as ever.
declare global {
  // `var` is what puts a name on globalThis.
  var parleyLate: number;
}

globalThis.parleyLate = 0;

/** A signal from the far terminal on its way to the worker that keeps the keys (apps/terminal/src/crypto/messages.ts). */
const isSignal = (message: unknown): boolean =>
  typeof message === "object" && message !== null && "type" in message && message.type === "signal";

globalThis.Worker = class extends Worker {
  override postMessage(message: unknown, options?: StructuredSerializeOptions | Transferable[]): void {
    const send = (): void => {
      if (Array.isArray(options)) super.postMessage(message, options);
      else super.postMessage(message, options);
    };
    if (globalThis.parleyLate > 0 && isSignal(message)) setTimeout(send, globalThis.parleyLate);
    else send();
  }
};
