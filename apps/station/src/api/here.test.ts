// "I am here", from a console's press to the verified answer, with a passkey made of Node's own cryptography.
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Bytes, base64url, concat, fromBase64url, utf8 } from "@parley/base/bytes";
import { fail, ok } from "@parley/base/result";
import { instant } from "@parley/base/time";
import { problem } from "@parley/protocol/errorCodes";
import { type PartyId, idText } from "@parley/protocol/ids";
import { type HereQuestion, type PasskeyAnswer, hereChallenge } from "@parley/protocol/signed/people";
import type { OfficerId } from "@parley/protocol/signed/revocation";
import type { ToTerminal } from "@parley/protocol/terminal/messages";
import { type Officer, nobody } from "../duty/identity/state.ts";
import type { Seat } from "./hub.ts";
import { makePeople } from "./people.ts";
import { takeAssertion } from "./passkeys.ts";

const origin = "http://localhost:4430";
const site = { origin, partyName: "Northmark", random: (n: number): Bytes => concat(randomBytes(n)) };
const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

/** An authenticator with one ES256 key (COSE, RFC 9053 section 7.1.1), its user verified. */
function passkey() {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const credential = concat(randomBytes(16));
  const cose = concat(
    Uint8Array.from([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20]),
    Buffer.from(x, "base64url"),
    Uint8Array.from([0x22, 0x58, 0x20]),
    Buffer.from(y, "base64url"),
  );
  const show = (challenge: string, at = origin): Record<string, unknown> => {
    const client = utf8(JSON.stringify({ type: "webauthn.get", challenge, origin: at, crossOrigin: false }));
    const data = concat(sha256(utf8("localhost")), Uint8Array.from([0x05, 0, 0, 0, 0]));
    const signature = sign("sha256", concat(data, sha256(client)), privateKey);
    return {
      id: base64url(credential),
      rawId: base64url(credential),
      type: "public-key",
      response: {
        clientDataJSON: base64url(client),
        authenticatorData: base64url(data),
        signature: base64url(concat(signature)),
      },
    };
  };
  return { credential, cose, show };
}

const ada = passkey();
const officer: Officer = {
  id: new Uint8Array(16).fill(7) as OfficerId,
  name: "Ada",
  passkeys: [{ credential: ada.credential, publicKey: ada.cose, label: "Ada" }],
};
const questionOf = (n: number): HereQuestion => ({
  id: new Uint8Array(16).fill(n),
  party: new Uint8Array(32).fill(1) as PartyId,
  due: instant(1000),
  asked: instant(1001),
  until: instant(9000),
});

function console() {
  const told: ToTerminal[] = [];
  const refused: string[] = [];
  const answers: { question: string; officer: string; answer: PasskeyAnswer }[] = [];
  let open: HereQuestion | null = questionOf(1);
  const people = makePeople({
    site,
    identity: () => ({ ...nobody, officers: new Map([[idText(officer.id), officer]]) }),
    command: async () => fail(problem("OFFICER_UNPROVEN")),
    pair: async () => ok(null),
    partyOf: () => null,
    pairing: () => null,
    tell: (_seat, message) => void told.push(message),
    refuse: (_seat, code) => void refused.push(code),
    onChange: () => undefined,
    hereChallenge: (question) => (open !== null && idText(open.id) === question ? hereChallenge(open) : null),
    here: async (question, { name }, answer) => {
      if (open === null || idText(open.id) !== question) return fail(problem("HERE_NOT_ASKED"));
      open = null;
      answers.push({ question, officer: name, answer });
      return ok(null);
    },
    onSignIn: () => undefined,
  });
  const seat: Seat = { id: 1, who: idText(new Uint8Array(16).fill(3)) };
  const challenge = (): string => {
    const asked = told.findLast(({ type }) => type === "passkey");
    return asked?.type === "passkey" ? String(asked.options["challenge"]) : "";
  };
  const signIn = async (): Promise<void> => {
    await people.act(seat, { do: "signIn" });
    await people.passkey(seat, ada.show(challenge()));
  };
  const here = (n = 1) => people.act(seat, { do: "here", question: idText(questionOf(n).id) });
  return { people, seat, told, refused, answers, challenge, signIn, here, ask: (n: number) => (open = questionOf(n)) };
}

describe("I am here", () => {
  it("[PE4] [PE5] a passkey signs the very question, and what is kept of it can be verified again by whoever has its key", async () => {
    const desk = console();
    await desk.signIn();
    await desk.here();
    expect(desk.challenge()).toBe(base64url(hereChallenge(questionOf(1))));
    await desk.people.passkey(desk.seat, ada.show(desk.challenge()));
    const [kept] = desk.answers;
    if (kept === undefined) throw new Error("nothing was answered");
    expect([kept.officer, desk.refused]).toEqual(["Ada", []]);
    // As an auditor would, from the ledger's bytes alone.
    const { credential, clientData, authenticatorData, signature } = kept.answer;
    const again = {
      id: base64url(credential),
      rawId: base64url(credential),
      type: "public-key",
      response: {
        clientDataJSON: base64url(clientData),
        authenticatorData: base64url(authenticatorData),
        signature: base64url(signature),
      },
    };
    const known = [{ credential: ada.credential, publicKey: ada.cose }];
    const verdict = (question: HereQuestion) =>
      takeAssertion(site, base64url(hereChallenge(question)), again, known).then(({ ok: good }) => good);
    expect(await verdict(questionOf(1))).toBe(true);
    expect(await verdict({ ...questionOf(1), until: instant(9001) })).toBe(false);
    expect(await verdict(questionOf(2))).toBe(false);
    const bent = fromBase64url(again.response.signature) ?? new Uint8Array(1);
    bent[bent.length - 1] = (bent.at(-1) ?? 0) ^ 1;
    again.response.signature = base64url(bent);
    expect(await verdict(questionOf(1))).toBe(false);
  });

  it("[PE4] neither a sign-in, another question's answer, another site's nor a stranger's passkey answers it", async () => {
    const desk = console();
    await desk.here();
    expect(desk.refused).toEqual(["OFFICER_UNPROVEN"]);
    await desk.signIn();
    const signedIn = desk.challenge();
    await desk.here(2);
    expect(desk.refused).toEqual(["OFFICER_UNPROVEN", "HERE_NOT_ASKED"]);
    for (const response of [
      ada.show(signedIn),
      ada.show(base64url(hereChallenge(questionOf(2)))),
      ada.show(base64url(hereChallenge(questionOf(1))), "http://elsewhere.example"),
      passkey().show(base64url(hereChallenge(questionOf(1)))),
      { id: "x" },
    ]) {
      await desk.here();
      await desk.people.passkey(desk.seat, response);
    }
    expect(desk.answers).toEqual([]);
    expect(desk.told.filter(({ type }) => type === "passkeyFailed")).toHaveLength(5);
    // Without a ceremony of this seat even a good answer is nothing.
    await desk.people.passkey(desk.seat, ada.show(base64url(hereChallenge(questionOf(1)))));
    expect(desk.answers).toEqual([]);
    // A question that was replaced while the officer looked for the passkey.
    await desk.here();
    desk.ask(2);
    await desk.people.passkey(desk.seat, ada.show(desk.challenge()));
    expect([desk.answers, desk.refused.at(-1)]).toEqual([[], "HERE_NOT_ASKED"]);
  });
});
