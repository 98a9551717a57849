// What the key worker tells of one call: who is in its group and since which epoch, the secret that the link keeps of it, and
// what the other side's pages say, whom the worker has recognised. Keys themselves never come here.
import { type Clock, type Ms, ms } from "@parley/base/time";
import type { Event } from "@parley/call/event";
import { type Line, isInCall } from "@parley/call/state";
import type { IdText } from "@parley/protocol/ids";
import type { FromTerminal } from "@parley/protocol/terminal/messages";
import type { FromKeys } from "../crypto/messages.ts";
import type { FarSide } from "./farSide.ts";
import type { Sending } from "./outgoing.ts";
import { textOf } from "./wire.ts";

/** What a screen may show of it. */
export type KeysView = {
  readonly keys: "agreeing" | "agreed";
  readonly epoch: { readonly number: number; readonly since: number; readonly state: "waiting" | "confirmed" };
  /** What the far side says that it sends. */
  readonly sending: Sending | null;
  readonly refused: { readonly code: string; readonly detail: string } | null;
};

export type CallKeys = {
  readonly hear: (message: FromKeys) => void;
  /** The path is lost: what was on its way there goes through the stations. */
  readonly lost: () => void;
  /** Our station is back: it may have been away when the keys first told. */
  readonly again: () => void;
};

export type CallKeysOptions = {
  readonly call: IdText;
  readonly line: () => Line;
  readonly far: Pick<FarSide, "tell" | "member" | "gone" | "heard" | "curtain">;
  readonly clock: Clock;
  readonly happen: (event: Event) => void;
  readonly tell: (message: FromTerminal) => boolean;
  readonly shown: () => KeysView;
  readonly show: (change: Partial<KeysView>) => void;
};

/**
 * Between the answer and the first picture, what has left by the channel goes through the stations so much later: until then the machine
 * is the picture's. At no other time: a channel to a page that was loaded anew looks open and carries nothing.
 */
const channelFirst: Ms = ms(200);

/** Two or three digests a second, and a loss is noticed after one: these are more than can be under way. */
const unsureKept = 12;

export function callKeys({ call, line, far, clock, happen, tell, shown, show }: CallKeysOptions): CallKeys {
  let exported: string | null = null;
  /** What went by the channel alone of late: nobody knows whether it arrived. */
  let unsure: readonly (FromKeys & { type: "send" })[] = [];
  const throughStations = ({ to, bytes }: FromKeys & { type: "send" }): void =>
    void tell({ type: "signal", call, to, body: textOf(bytes) });

  const hear = (message: FromKeys): void => {
    switch (message.type) {
      case "ready":
        return;
      case "send": {
        // Both ways: the data channel is quicker, the stations are there when it is not; whoever hears it twice takes it once.
        const left = far.tell(message.to, message.bytes);
        const { at } = line();
        if (left && message.by === "channel" && at === "live") unsure = [...unsure, message].slice(-unsureKept);
        else if (left && at === "keying") clock.wait(channelFirst, () => throughStations(message));
        else throughStations(message);
        return;
      }
      case "member":
        far.member(message);
        return show({ keys: "agreed" });
      case "gone":
        return far.gone(message.terminal);
      case "epoch":
        show({
          epoch: { number: message.epoch, since: clock.now(), state: message.confirmed ? "confirmed" : "waiting" },
        });
        if (message.confirmed) tell({ type: "epoch", call, epoch: message.epoch });
        return;
      case "linkExport":
        exported = textOf(message.secret);
        tell({ type: "exported", call, secret: exported });
        return;
      case "refused":
        show({ refused: { code: message.code, detail: message.detail } });
        return;
      case "heard":
        return heard(message.from, message.life, message.body);
      case "fault":
        console.error(message.detail);
        return;
    }
    message satisfies never;
  };

  const heard = (from: IdText, life: string, body: (FromKeys & { type: "heard" })["body"]): void => {
    switch (body.type) {
      case "offer":
      case "answer":
      case "candidate":
      case "restart":
        return far.heard(from, life, body);
      case "curtain":
        return far.curtain(from);
      case "answered":
        happen({ type: "receipt", call, kind: "answered", terminal: from });
        // Our station gives the ring up at its end unless it knows, and the two stations may be apart.
        tell({ type: "theyAnswered", call });
        return;
      case "bye": {
        const now = line();
        if (!isInCall(now) || now.theirs !== from) return;
        happen({ type: "theyHungUp", call, why: "hungUp" });
        tell({ type: "theyHungUp", call });
        return;
      }
      case "sending": {
        const { microphone, camera, screen } = body;
        show({ sending: { microphone, camera, screen } });
        return;
      }
    }
    body satisfies never;
  };

  return {
    hear,
    lost: () => {
      for (const message of unsure) throughStations(message);
      unsure = [];
    },
    again: () => {
      if (exported !== null) tell({ type: "exported", call, secret: exported });
      const { epoch } = shown();
      if (epoch.state === "confirmed") tell({ type: "epoch", call, epoch: epoch.number });
    },
  };
}
