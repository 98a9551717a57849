// A passkey ceremony that our station asks for, carried out by the browser: one at a time, its answer or its failure told to the
// station, and its state to the screens.
import type { FromTerminal } from "@parley/protocol/terminal/messages";
import type { Browser } from "./browser.ts";
import type { Known } from "./known.ts";

export type CeremonyOptions = {
  readonly known: Known;
  readonly passkey: Browser["passkey"];
  readonly send: (message: FromTerminal) => boolean;
};

export type Ceremony = (ceremony: "create" | "get", asked: Record<string, unknown>) => void;

export function makeCeremony({ known, passkey, send }: CeremonyOptions): Ceremony {
  let at: "resting" | "asking" = "resting";
  return (ceremony, asked) => {
    if (at === "asking") return;
    at = "asking";
    known.change({ passkey: { at: "asking" } });
    passkey(ceremony, asked)
      .then(
        (response) => void send({ type: "passkey", response }),
        (error: unknown) => {
          const why = error instanceof DOMException && error.name === "NotSupportedError" ? "unsupported" : "cancelled";
          send({ type: "passkeyCancelled", why });
          known.change({ passkey: { at: "failed", why } });
        },
      )
      .finally(() => (at = "resting"));
  };
}
