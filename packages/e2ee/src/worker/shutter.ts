// The shutter before a sending stream: until a person has answered, each of the camera's pictures gives way to one black one, so
// that the encoder runs on what it will send and nothing of that leaves. The black picture is the encoder's own, taken while
// the page still fed it nothing else. Carries FR24 to FR26.
import type { Bytes } from "@parley/base/bytes";
import { type Ms, ms } from "@parley/base/time";

/** An encoder's frame as it came, and whether what stands in it begins a picture anew. */
export type Coming<F> = { readonly frame: F; readonly bytes: Bytes; readonly isKey: boolean };

export type Shutter<F> =
  | { readonly at: "open" }
  /** Still black pictures come; the next that is a key frame becomes the veil. */
  | { readonly at: "closing" }
  | { readonly at: "shut"; readonly veil: Bytes }
  /** About to be opened: the frames since the newest key frame that came after this was said are kept. */
  | { readonly at: "ready"; readonly veil: Bytes; readonly kept: readonly Coming<F>[] }
  /** Opened before a key frame was there to begin with. */
  | { readonly at: "opening"; readonly veil: Bytes; readonly until: Ms };

export type ShutterEvent<F> =
  | { readonly type: "frame"; readonly coming: Coming<F> }
  | { readonly type: "shut" }
  | { readonly type: "ready" }
  | { readonly type: "open" };

/** What is to be sealed now, in this order, each in a frame that the encoder made; and whether the shutter has just fallen. */
export type ShutterEffects<F> = {
  readonly seal: readonly { readonly frame: F; readonly bytes: Bytes }[];
  readonly fell: "now" | "no";
};

/** Frames kept for an opening that does not come: two seconds of a camera. Beyond that it is shut as before. */
const mostKept = 60;

/** How long an opened shutter waits for a key frame; without one the far decoder asks for its own. */
const keyFrameComes: Ms = ms(400);

const nothing = { seal: [], fell: "no" } as const;

/** `now` is monotonic. */
export function step<F>(state: Shutter<F>, event: ShutterEvent<F>, now: Ms): [Shutter<F>, ShutterEffects<F>] {
  switch (event.type) {
    case "frame":
      return framed(state, event.coming, now);
    case "shut":
      if (state.at === "open") return [{ at: "closing" }, nothing];
      return state.at === "ready" ? [{ at: "shut", veil: state.veil }, nothing] : [state, nothing];
    case "ready":
      return state.at === "shut" ? [{ at: "ready", veil: state.veil, kept: [] }, nothing] : [state, nothing];
    case "open":
      switch (state.at) {
        case "open":
        case "opening":
          return [state, nothing];
        case "closing":
          return [{ at: "open" }, nothing];
        case "shut":
          return [{ at: "opening", veil: state.veil, until: ms(now + keyFrameComes) }, nothing];
        case "ready":
          if (state.kept.length > 0) return [{ at: "open" }, { seal: state.kept, fell: "no" }];
          return [{ at: "opening", veil: state.veil, until: ms(now + keyFrameComes) }, nothing];
      }
  }
}

function framed<F>(state: Shutter<F>, coming: Coming<F>, now: Ms): [Shutter<F>, ShutterEffects<F>] {
  const asItIs: ShutterEffects<F> = { seal: [coming], fell: "no" };
  const veiled = (veil: Bytes): ShutterEffects<F> => ({ seal: [{ frame: coming.frame, bytes: veil }], fell: "no" });
  switch (state.at) {
    case "open":
      return [state, asItIs];
    case "closing":
      if (!coming.isKey) return [state, asItIs];
      return [
        { at: "shut", veil: coming.bytes.slice() },
        { seal: [coming], fell: "now" },
      ];
    case "shut":
      return [state, veiled(state.veil)];
    case "ready": {
      if (coming.isKey) return [{ ...state, kept: [coming] }, nothing];
      if (state.kept.length === 0) return [state, veiled(state.veil)];
      if (state.kept.length >= mostKept) return [{ at: "shut", veil: state.veil }, veiled(state.veil)];
      return [{ ...state, kept: [...state.kept, coming] }, nothing];
    }
    case "opening":
      return coming.isKey || now >= state.until ? [{ at: "open" }, asItIs] : [state, veiled(state.veil)];
  }
}
