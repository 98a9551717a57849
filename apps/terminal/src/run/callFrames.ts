// What the frame worker tells of one call: frames that opened, which are its pulse; frames that were not sealed or were forged,
// which are its alarms; and the digests that go to the other side. It judges only the connection that is in the call now.
import { type Clock, type Ms, ms } from "@parley/base/time";
import { type Line, isInCall, sitsAt } from "@parley/call/state";
import type { FromFrames } from "@parley/e2ee/worker/messages";
import type { IdText } from "@parley/protocol/ids";
import type { CallWorkers } from "../crypto/workers.ts";
import { type Pulse, feel } from "../media/pulse.ts";
import { type Stream, streamIn } from "../media/streams.ts";
import { type FarSide, streamOf } from "./farSide.ts";

export type StreamAlarm = {
  readonly stream: Stream;
  readonly what: "unsealedFrames" | "forgedFrames";
  readonly since: number;
};

export type CallFrames = {
  readonly hear: (message: FromFrames) => void;
  /** From now on frames that opened are counted. */
  readonly begin: () => void;
  /** The call is with another terminal, of which nothing was seen yet. */
  readonly anew: () => void;
  readonly close: () => void;
};

export type CallFramesOptions = {
  readonly self: IdText;
  readonly line: () => Line;
  readonly far: Pick<FarSide, "all" | "isCurrent" | "opening" | "routed" | "shut">;
  readonly workers: Pick<CallWorkers, "toKeys" | "toFrames">;
  readonly clock: Clock;
  /** The other side is seen, or was not for too long. */
  readonly onPulse: (change: "up" | "lost") => void;
  /** All that are raised now. */
  readonly onAlarms: (alarms: readonly StreamAlarm[]) => void;
  readonly onRaised: (what: StreamAlarm["what"]) => void;
};

/** How often frames that opened are counted: often until the far side is seen, then as its loss must be noticed. */
const pulseEvery = (line: Line): Ms => (line.at === "live" ? ms(200) : ms(25));

export function callFrames(options: CallFramesOptions): CallFrames {
  const { self, line, far, workers, clock, onPulse, onAlarms, onRaised } = options;
  let pulse: Pulse = { at: "silent" };
  let alarms: readonly StreamAlarm[] = [];
  let counted = 0;
  let closed = false;

  const hear = (message: FromFrames): void => {
    switch (message.type) {
      case "digest":
        for (const to of far.all())
          workers.toKeys({ type: "say", to, body: { type: "digest", digest: message.bytes } });
        return;
      case "stats": {
        const receiving = message.streams.filter(
          ({ direction, stream }) => direction === "receive" && far.isCurrent(stream),
        );
        const passed = receiving.reduce((sum, { passed: n }) => sum + n, 0);
        beat(passed - counted);
        counted = passed;
        return;
      }
      case "opening":
        far.opening(message.stream);
        if (far.isCurrent(message.stream)) beat(1);
        return;
      case "routed":
        return far.routed(message.stream, message.context);
      case "shut":
        return far.shut(message.stream);
      case "alarm":
        return far.isCurrent(message.stream) ? raise(streamOf(message.stream), "unsealedFrames") : undefined;
      case "calm":
        return lower(streamOf(message.stream), "unsealedFrames");
      case "forgery":
        return raise(streamIn(message.context), "forgedFrames");
      case "claimedLate":
        // The digests were only late, as after a cut: nobody forged anything.
        return lower(streamIn(message.context), "forgedFrames");
      case "fault":
        console.error(message.detail);
        return;
      case "ready":
      case "attached":
      case "sealing":
      case "keyRefused":
      case "digestRefused":
        return;
    }
    message satisfies never;
  };

  const raise = (stream: Stream | null, what: StreamAlarm["what"]): void => {
    if (stream === null || alarms.some((a) => a.stream === stream && a.what === what)) return;
    alarms = [...alarms, { stream, what, since: clock.now() }];
    onAlarms(alarms);
    onRaised(what);
  };

  const lower = (stream: Stream | null, what: StreamAlarm["what"]): void => {
    alarms = alarms.filter((a) => a.what !== what || a.stream !== stream);
    onAlarms(alarms);
  };

  const beat = (opened: number): void => {
    if (!sitsAt(line(), self)) return; // rung, or asked to join: not yet ours to judge
    const [next, change] = feel(pulse, opened, clock.elapsed());
    pulse = next;
    if (change !== null) onPulse(change);
  };

  const listenToPulse = (): void => {
    if (closed) return;
    if (isInCall(line())) workers.toFrames({ type: "askStats" });
    clock.wait(pulseEvery(line()), listenToPulse);
  };

  return {
    hear,
    begin: listenToPulse,
    anew: () => {
      pulse = { at: "silent" };
    },
    close: () => {
      closed = true;
    },
  };
}
