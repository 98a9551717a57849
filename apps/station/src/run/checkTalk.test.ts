import { describe, expect, it } from "vitest";
import type { Bytes } from "@parley/base/bytes";
import { certain, fail, ok } from "@parley/base/result";
import { instant, ms, seconds } from "@parley/base/time";
import { problem } from "@parley/protocol/errorCodes";
import type { EnvelopeId, LinkId, PartyId } from "@parley/protocol/ids";
import { type CheckPayload, type StationReport, decodeCheck, encodeCheck } from "@parley/protocol/peer/check";
import type { PeerLink } from "../peer/peerLink.ts";
import { systemRandom } from "../systemPorts.ts";
import { clockByHand } from "@parley/base/testing/clockByHand";
import { checkTalk } from "./checkTalk.ts";

const report: StationReport = {
  program: "",
  runtime: "",
  zoneData: "",
  versions: { oldest: 1, newest: 1 },
  setup: new Uint8Array(32),
  clock: { stepped: ms(0), behind: false },
  zones: [],
  disk: { at: "well", daysLeft: null },
  counters: [],
  turnCertificate: null,
  relays: [],
  trial: null,
  dated: [],
};

function rig(at: "connected" | "trying" = "connected") {
  const { clock, pass } = clockByHand();
  const sent: CheckPayload[] = [];
  const errors: string[] = [];
  const seen: string[] = [];
  const linkOf = (n: number): PeerLink => ({
    id: new Uint8Array(16).fill(n) as LinkId,
    peer: new Uint8Array(32) as PartyId,
    send: async (_kind, payload) => {
      sent.push(certain(decodeCheck(payload)));
      return ok(new Uint8Array(16) as EnvelopeId);
    },
    put: () => fail(problem("PEER_CLOSED")),
    wake: () => undefined,
    status: () =>
      at === "connected"
        ? { at, since: instant(0), version: 1, roundTrip: null }
        : { at, since: instant(0), attempts: 1, code: null },
    watch: () => () => undefined,
    networkIsBack: () => undefined,
    renew: () => undefined,
    thaw: () => undefined,
    close: () => undefined,
  });
  const talk = checkTalk({
    clock,
    random: systemRandom,
    report: () => report,
    onSeen: (_link, places, station) => void seen.push(`${station} ${places.length}`),
    onError: ({ code }) => void errors.push(code),
  });
  const ask = (): Bytes => encodeCheck({ type: "ask", id: systemRandom(16), at: instant(0) });
  return { clock, pass, sent, errors, seen, linkOf, talk, ask };
}

describe("what checks say between stations", () => {
  it("[CK5] an answer counts on the line that was asked, once, with the way there and back", async () => {
    const { clock, pass, sent, linkOf, talk } = rig();
    const asked = talk.ask(linkOf(1));
    const [ask] = sent;
    if (ask?.type !== "ask") throw new Error("nothing was asked");
    pass(ms(60));
    const heard = instant(ask.at + 40_030);
    const answer = encodeCheck({ type: "answer", id: ask.id, heard, said: heard, report });
    talk.heard(linkOf(2), answer, ms(0));
    talk.heard(linkOf(1), answer, ms(0));
    talk.heard(linkOf(1), answer, ms(0));
    expect((await asked)?.time).toEqual({ offset: 40_000, uncertainty: 30, roundTrip: 60 });
    expect(clock.now() - ask.at).toBe(60);
  });

  it("[CK5] who does not answer in 20 s has not; over a line that is away nothing is sent", async () => {
    const here = rig();
    const asked = here.talk.ask(here.linkOf(1));
    here.pass(seconds(21));
    expect(await asked).toBe(null);
    const away = rig("trying");
    const none = away.talk.ask(away.linkOf(1));
    away.talk.tell(away.linkOf(1), [], "shown");
    away.talk.stop();
    expect([await none, away.sent]).toEqual([null, []]);
  });

  it("[CK4] [CK5] an old ask is not answered, nor more than six a minute; what cannot be read is refused", () => {
    const { sent, seen, errors, linkOf, talk, ask, pass } = rig();
    talk.heard(linkOf(1), ask(), seconds(20));
    expect(sent).toEqual([]);
    for (let n = 0; n < 10; n++) talk.heard(linkOf(1), ask(), ms(0));
    expect(sent.map(({ type }) => type)).toEqual(Array<string>(6).fill("answer"));
    talk.heard(linkOf(2), ask(), ms(0));
    expect(sent.length).toBe(7);
    pass(seconds(10));
    talk.heard(linkOf(1), ask(), ms(0));
    expect(sent.length).toBe(8);
    talk.heard(linkOf(1), new Uint8Array(3), ms(0));
    expect(errors).toEqual(["MESSAGE_MALFORMED"]);
    const told = encodeCheck({ type: "seen", id: systemRandom(16), places: [], station: "other" });
    talk.heard(linkOf(1), told, seconds(21));
    talk.heard(linkOf(1), told, ms(0));
    expect(seen).toEqual(["other 0"]);
  });
});
