// Who is there: making and judging the first message on a connection. Carries [LK6]-[LK10]. A hello is signed by the key in
// the TLS certificate over bytes that only this TLS session has, so it can be neither kept nor passed on; that the key is the
// peer's station is for the identity duty to say, which is asked last.
import { equal } from "@parley/base/bytes";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { LinkId, PartyId } from "@parley/protocol/ids";
import {
  type End,
  type GoodbyeReason,
  type Hello,
  type UnsignedHello,
  type Versions,
  commonVersion,
  helloSignedBytes,
} from "@parley/protocol/peer/hello";
import type { Bytes } from "@parley/base/bytes";
import type { PeerConnection, VerifiedBy } from "./net.ts";
import type { Greeting } from "./sessionState.ts";
import type { PeerIdentity } from "./tlsIdentity.ts";

/** That the station of `peer`, on `link`, now has `key`, as `successions` (empty where nothing changed) should show. */
export type Claim = { readonly link: LinkId; readonly peer: PartyId; readonly key: Bytes; readonly successions: Bytes };

/** Why a hello was not accepted: what the far end is told, and what this side knows. */
export type Unwelcome = { readonly reason: GoodbyeReason; readonly error: ParleyError };

/** Our hello on `connection`, signed by the key that we showed there. */
export function makeHello(end: End, connection: PeerConnection, body: UnsignedHello, identity: PeerIdentity): Hello {
  return { ...body, signature: identity.sign(helloSignedBytes(end, connection.binding, body)) };
}

const unwelcome = (reason: GoodbyeReason, error: ParleyError): Result<never, Unwelcome> => fail({ reason, error });

/**
 * What `hello`, written by the far end as `end`, settles; `expected` is the link it has to be for. Asks whose key it is only for a
 * hello that is signed for this connection, in a version we speak, for this link and between its two parties.
 */
export async function judgeHello(
  end: End,
  connection: PeerConnection,
  hello: Hello,
  expected: { readonly link: LinkId; readonly here: PartyId; readonly peer: PartyId },
  ours: Versions,
  judges: {
    readonly verifiedBy: VerifiedBy;
    readonly verifyIntroduction: (claim: Claim) => Promise<Result<unknown, ParleyError>>;
  },
): Promise<Result<Greeting, Unwelcome>> {
  const { signature, ...body } = hello;
  const meant = equal(hello.link, expected.link) && equal(hello.from, expected.peer) && equal(hello.to, expected.here);
  if (!meant) return unwelcome("unknown", problem("PEER_LINK_UNKNOWN", "a hello for another link or party"));
  if (!judges.verifiedBy(connection.key)(helloSignedBytes(end, connection.binding, body), signature))
    return unwelcome("unknown", problem("PEER_KEY_UNKNOWN", "a hello that is not signed for this connection"));
  const version = commonVersion(ours, hello);
  if (version === null) {
    const theirs = `${hello.oldest} to ${hello.newest}`;
    return unwelcome("version", problem("PEER_VERSION", `here ${ours.oldest} to ${ours.newest}, there ${theirs}`));
  }
  const claim: Claim = {
    link: expected.link,
    peer: expected.peer,
    key: connection.key,
    successions: hello.successions,
  };
  const verified = await judges.verifyIntroduction(claim);
  return verified.ok ? ok({ version }) : unwelcome("unknown", verified.error);
}
