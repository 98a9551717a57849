// What a relay could do to frames under way, as a sender's transform in a worker of its own. For tests alone: it passes frames
// in clear, which no code of the product can.
type Frame = { data: ArrayBuffer; readonly type?: string; getMetadata(): { readonly mimeType?: string } };

export type HostileMode =
  /** The encoder's frames as they are, as a server that claims "not encrypted" would send them. */
  | "clear"
  | "noise"
  | "empty"
  /** Clear too, and the metadata told to the page. */
  | "probe";

type Options = { readonly mode: HostileMode; readonly side?: string };
type Transformer = {
  readonly readable: ReadableStream<Frame>;
  readonly writable: WritableStream<Frame>;
  readonly options: Options;
};
declare const self: {
  onrtctransform: ((event: { readonly transformer: Transformer }) => void) | null;
  postMessage(message: unknown): void;
};

self.onrtctransform = ({ transformer }) => void run(transformer);

async function run({ readable, writable, options }: Transformer): Promise<void> {
  const [reader, writer] = [readable.getReader(), writable.getWriter()];
  for (let n = 0; ; n++) {
    const { done, value } = await reader.read();
    if (done) return;
    if (options.mode === "noise") value.data = crypto.getRandomValues(new Uint8Array(200)).buffer;
    if (options.mode === "empty") value.data = new ArrayBuffer(0);
    if (options.mode === "probe" && n < 2) {
      self.postMessage({
        side: options.side,
        type: value.type ?? null,
        mimeType: value.getMetadata().mimeType ?? null,
      });
    }
    await writer.write(value);
  }
}
