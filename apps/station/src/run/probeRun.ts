// Probes between linked stations ([CL13]-[CL15] of docs/spec/cli.md): asks the far station how it reaches ours, and answers the
// same for it. Tries only addresses of the asking party's own card, and tells only whether Parley answered there, so that no
// linked party can look around in our network by way of us.
import { type Bytes, equal } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import { type Clock, type Ms, seconds } from "@parley/base/time";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type IdText, idText } from "@parley/protocol/ids";
import { payloadKinds } from "@parley/protocol/peer/envelope";
import {
  type ProbeKind,
  type ProbeTarget,
  type ProbeVerdict,
  decodeProbe,
  encodeProbe,
} from "@parley/protocol/peer/probe";
import type { StationAddress } from "@parley/protocol/signed/fields";
import type { Pin } from "@parley/protocol/signed/pin";
import { ed25519Half } from "@parley/protocol/signed/signature";
import { allowance } from "../peer/allowance.ts";
import type { PeerNet } from "../peer/net.ts";
import type { PeerLink } from "../peer/peerLink.ts";

/** Whether the right thing answers at a place: a STUN server, or a station's web port. */
export type Reach = (what: Exclude<ProbeKind, "peer">, host: string, port: number) => Promise<boolean>;

/** Of a pin, what probes look at. */
export type Asker = {
  readonly card: Pick<Pin["card"], "stations">;
  readonly line: Pick<Pin["line"], "key">;
};

export type ProbesRun = {
  /** How the far station of `link` reaches these places of ours. PEER_UNREACHABLE, PROBE_UNANSWERED. */
  readonly ask: (
    link: PeerLink,
    targets: readonly ProbeTarget[],
  ) => Promise<Result<readonly ProbeVerdict[], ParleyError>>;
  /** A probe that arrived on `link`, `age` after it was written. */
  readonly heard: (link: PeerLink, payload: Bytes, age: Ms) => void;
};

export type ProbesOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly pinOf: (party: IdText) => Asker | null;
  readonly dial: PeerNet["dial"];
  /** Null where this station can try nothing but other stations. */
  readonly reach: Reach | null;
  readonly report: (error: ParleyError) => void;
};

/** An ask that waited longer for the link is not worth answering. */
const staleAfter = seconds(30);
const answerWithin = seconds(30);
/** Asks of one link in a minute that are tried. */
const asksAMinute = 4;

export function runProbes(options: ProbesOptions): ProbesRun {
  const { clock, random, report } = options;
  const asked = new Map<
    string,
    { readonly link: PeerLink; readonly done: (verdicts: readonly ProbeVerdict[]) => void }
  >();
  const allowances = new Map<IdText, () => boolean>();

  const mayTry = (link: PeerLink): boolean => {
    const key = idText(link.id);
    const one = allowances.get(key) ?? allowance(asksAMinute, clock);
    allowances.set(key, one);
    return one();
  };

  /** Whether a station that holds the party's key answers there. */
  const reachPeer = (pin: Asker, address: StationAddress): Promise<boolean> =>
    new Promise((resolve) => {
      const key = ed25519Half(pin.line.key);
      options.dial(
        address,
        "link",
        (shown) => (equal(shown, key) ? "known" : "refused"),
        (outcome) => {
          if (outcome.ok) {
            outcome.value.start({ message: () => undefined, closed: () => undefined });
            outcome.value.close("reset");
          }
          resolve(outcome.ok);
        },
      );
    });

  const tryOne = async (pin: Asker, { what, station, port }: ProbeTarget): Promise<ProbeVerdict> => {
    const address = pin.card.stations[station];
    if (address === undefined) return "untried";
    if (what === "peer") return (await reachPeer(pin, address)) ? "reached" : "silent";
    if (options.reach === null) return "untried";
    return (await options.reach(what, address.host, port)) ? "reached" : "silent";
  };

  const answer = async (link: PeerLink, id: Bytes, targets: readonly ProbeTarget[]): Promise<void> => {
    const pin = options.pinOf(idText(link.peer));
    const willing = pin !== null && mayTry(link);
    const verdicts = await Promise.all(
      targets.map((target): Promise<ProbeVerdict> => (willing ? tryOne(pin, target) : Promise.resolve("untried"))),
    );
    const sent = await link.send(payloadKinds.notice, encodeProbe({ type: "report", id, verdicts }));
    if (!sent.ok) report(sent.error);
  };

  return {
    ask: async (link, targets) => {
      if (link.status().at !== "connected") return fail(problem("PEER_UNREACHABLE", "the link is not connected"));
      const id = random(16);
      const key = idText(id);
      const verdicts = new Promise<readonly ProbeVerdict[] | null>((resolve) => {
        const stop = clock.wait(answerWithin, () => {
          asked.delete(key);
          resolve(null);
        });
        asked.set(key, {
          link,
          done: (it) => {
            stop();
            resolve(it);
          },
        });
      });
      const sent = await link.send(payloadKinds.notice, encodeProbe({ type: "ask", id, targets }));
      if (!sent.ok) return sent;
      const came = await verdicts;
      return came?.length === targets.length ? ok(came) : fail(problem("PROBE_UNANSWERED"));
    },
    heard: (link, payload, age) => {
      const read = decodeProbe(payload);
      if (!read.ok) return report(read.error);
      const it = read.value;
      if (it.type === "ask") {
        if (age < staleAfter) void answer(link, it.id, it.targets);
        return;
      }
      const waiting = asked.get(idText(it.id));
      if (waiting === undefined || !equal(waiting.link.id, link.id)) return;
      asked.delete(idText(it.id));
      waiting.done(it.verdicts);
    },
  };
}
