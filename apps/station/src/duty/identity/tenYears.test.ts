// Ten simulated years of three linked stations with real keys and signatures, day by day: nobody renews anything.
// One peer is switched off for two of them; a thief copies a key in use and tries it at every turn.
import { expect, it } from "vitest";
import { type Bytes, equal } from "@parley/base/bytes";
import { encode } from "@parley/base/codec";
import { certain } from "@parley/base/result";
import { after, days, hours } from "@parley/base/time";
import { verifyChain } from "@parley/protocol/signed/chain";
import { adoptCatchUp, catchUp, decodeCatchUp, refuseGreeting } from "@parley/protocol/signed/catchUp";
import { indexOf, refuseStanding } from "@parley/protocol/signed/pin";
import { keyIdOf } from "@parley/protocol/signed/root";
import { type HybridSigner, ed25519Half } from "@parley/protocol/signed/signature";
import { signSuccession } from "@parley/protocol/signed/succession";
import { signerOfSeed, testVerify } from "@parley/protocol/signed/testing/keys";
import { greetingFor } from "./home.ts";
import { TestStation, epoch, fingerprint, link, pinOf } from "./testing/station.ts";

const years = 10;
const stations: TestStation[] = [];
/** What the peer has to say to a station that greets with this key and these bytes; null when it is taken. */
function greet(from: TestStation, to: TestStation, key: HybridSigner, bytes: Bytes): string | null {
  const brought = certain(decodeCatchUp(bytes));
  const claim = adoptCatchUp(pinOf(from, to), brought, to.now);
  const pin = claim.ok ? claim.value.prove(testVerify) : claim;
  if (!pin.ok) return pin.error.code;
  const refused = refuseGreeting(pin.value, ed25519Half(key.publicKey), to.now);
  if (refused !== null) return refused.code;
  certain(to.tell({ type: "fromPeer", party: party(from), notice: { type: "changed", catchUp: brought } }));
  return null;
}

const greeting = (from: TestStation, to: TestStation): Bytes => {
  const thing = greetingFor(from.state, to.home.pin.card.party);
  return thing === null ? new Uint8Array() : encode(catchUp, thing);
};

const party = (thing: TestStation) => thing.home.pin.card.party;
const leaving = 4 * 365;
const coming = 6 * 365;

/** What a thief of `stolen`, a key of this station, may sign: a succession to a key of his, and the true one with his key after it. */
function forgeries(of: TestStation, stolen: HybridSigner) {
  const thief = signerOfSeed(of.random(32));
  const { line } = of.home.pin;
  const oldKey = keyIdOf(stolen.publicKey);
  const shape = of.home.successions.find((s) => equal(s.body.oldKey, oldKey)) ?? of.home.successions.at(-1);
  if (shape === undefined) throw new Error("no succession yet");
  const index = equal(stolen.publicKey, line.key) ? indexOf(line) + 1 : shape.body.index;
  const base = { ...shape.body, index, oldKey, issued: of.now, nextKey: keyIdOf(thief.publicKey) };
  return [
    signSuccession({ ...base, newKey: thief.publicKey }, stolen, thief),
    signSuccession({ ...base, newKey: shape.body.newKey }, stolen, thief),
  ];
}

it("[ID11] [ID12] [ID14] [ID29] ten years without a renewing hand: keys roll, credentials renew, an absent peer returns, a thief gets nowhere", () => {
  const [one, two, away] = [
    new TestStation("Northmark", 11).setUp(),
    new TestStation("Estovar", 12).setUp(),
    new TestStation("Tidewater", 13).setUp(),
  ];
  stations.push(one, two, away);
  for (const [a, b] of [
    [one, two],
    [one, away],
    [two, away],
  ] as const)
    link(a, b);
  const terminal = one.enrol(one.officer(1));
  const tries = { rollFirst: 0, oldKey: 0, greeting: 0 };
  const stolen: HybridSigner[] = [];
  let chain = one.chainOf(terminal);
  let renewAt = after(one.now, hours(56));
  let renewals = 0;
  let checked = 0;
  let catchUpBytes = 0;

  /** He shows both forgeries to the peer, whose pin stays as it was. */
  const tryToMove = (key: HybridSigner): number => {
    const before = pinOf(one, two);
    for (const thing of forgeries(one, key)) {
      const notice = { type: "changed", catchUp: { card: null, certificate: null, successions: [thing] } } as const;
      two.tell({ type: "fromPeer", party: party(one), notice });
      expect(pinOf(one, two)).toEqual(before);
    }
    return 2;
  };

  for (let day = 1; day <= years * 365; day++) {
    const now = after(epoch, days(day));
    const present = day >= leaving && day < coming ? [one, two] : [one, two, away];
    const keyBefore = one.signer;
    for (const thing of present) {
      thing.now = now;
      thing.ask({ type: "tick" }, "done");
    }
    if (day === coming) {
      // Two years later. The thief has the very key that the absent peer saw last, and shows it before the station comes.
      const [, lastSeen] = stolen;
      if (lastSeen === undefined) throw new Error("nothing was stolen");
      expect(greet(one, away, lastSeen, new Uint8Array())).toBe("ID_STATION_KEY_STALE");
      tries.greeting++;
      for (const [from, to] of [
        [one, away],
        [two, away],
        [away, one],
        [away, two],
      ] as const) {
        const bytes = greeting(from, to);
        catchUpBytes = Math.max(catchUpBytes, bytes.length);
        expect(greet(from, to, from.signer, bytes)).toBe(null);
      }
    }
    for (const from of present) for (const to of present) if (from !== to) expect(from.deliver(to)).toEqual([]);

    const renewed = now >= renewAt;
    if (renewed) {
      const reply = certain(one.renew(terminal));
      if (reply.type !== "chain") throw new Error("a chain was due");
      chain = reply.chain;
      renewAt = reply.renewAt;
      renewals++;
    }
    for (const peer of present) {
      if (peer === one) continue;
      expect(refuseStanding(pinOf(one, peer))).toBe(null);
      expect(equal(pinOf(one, peer).line.key, one.signer.publicKey)).toBe(true);
      const claims = certain(verifyChain(chain, pinOf(one, peer), now));
      // The signature is the same until the credential or the key is another.
      if (!renewed && equal(keyBefore.publicKey, one.signer.publicKey)) continue;
      expect(claims.prove(testVerify).ok).toBe(true);
      checked++;
    }

    if (day === 2 * 365 || day === leaving - 1) {
      stolen.push(one.signer);
      tries.rollFirst += tryToMove(one.signer);
    }
    if (day % 180 === 0) {
      for (const key of stolen) {
        tries.oldKey += tryToMove(key);
        expect(greet(one, two, key, new Uint8Array())).toBe("ID_CREDENTIAL_FOREIGN");
        tries.greeting++;
      }
    }
  }

  const rolled = one.eventsOf("succeeded").length;
  expect(rolled).toBe(Math.floor((years * 365) / 30));
  // Each hand-over by each peer; those of the last day are still in the post.
  expect(one.eventsOf("witnessed").length).toBe(2 * rolled);
  expect(new Set(two.alarms)).toEqual(new Set(["ID_SUCCESSION_UNCOMMITTED"]));
  expect(away.alarms).toEqual([]);
  expect(renewals).toBe(Math.floor((years * 365) / 3));
  for (const thing of stations) expect(fingerprint(thing.replay())).toBe(fingerprint(thing.state));
  const ledger = one.ledger.reduce((sum, bytes) => sum + bytes.length, 0);
  console.log(
    `${years} years: ${rolled} hand-overs a station, ${renewals} credentials renewed and ${checked} times checked by a peer; ` +
      `the thief of two keys: ${tries.rollFirst} tries to roll first, ${tries.oldKey} with an old key, ${tries.greeting} greetings, 0 moved a pin; ` +
      `catch-up after two years ${catchUpBytes} B; identity ledger of one station ${(ledger / 1e6).toFixed(1)} MB`,
  );
}, 300_000);
