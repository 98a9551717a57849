// What the test and the party in the middle say to each other, through the page whose worker it sits in.
import type { Bytes } from "@parley/base/bytes";
import type { Mode, Tampered } from "./attacks.ts";

export const tamperChannel = "parley tamper";

export type Frames = Readonly<Record<Tampered, readonly Bytes[]>>;

export type ToTamper =
  | { readonly do: "attack"; readonly mode: Mode; readonly given: Frames }
  | { readonly do: "stop" }
  /** Asks for sealed frames of this call. */
  | { readonly do: "record" };

export type FromTamper = {
  readonly frames: Frames;
  /** Frames replaced since the attack began. */
  readonly replaced: Readonly<Record<Tampered, number>>;
  /** When the first of them went on, ms since 1970; null when none has. */
  readonly firstAt: number | null;
};
