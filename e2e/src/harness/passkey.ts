// A virtual authenticator in a page: a passkey device that is always present and verifies its user, over the DevTools protocol.
import type { CDPSession, Page } from "playwright-core";

export type Passkeys = {
  readonly session: CDPSession;
  readonly authenticator: string;
  /** How many discoverable credentials the device holds. */
  held(): Promise<number>;
  /** Whether the next ceremonies verify the user: false is a finger that does not match. */
  verifyUser(yes: boolean): Promise<void>;
  /** All credentials with their private keys, to carry to another page's device or to lose. */
  take(): Promise<Credential[]>;
  give(credentials: readonly Credential[]): Promise<void>;
  forgetAll(): Promise<void>;
};

type Credential = Awaited<ReturnType<typeof credentialsOf>>[number];

const credentialsOf = async (session: CDPSession, authenticatorId: string) =>
  (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials;

/** CTAP 2.1, internal, discoverable credentials, user verification and PRF. It lives as long as the page. */
export async function addPasskeys(page: Page): Promise<Passkeys> {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    session,
    authenticator: authenticatorId,
    held: async () => (await credentialsOf(session, authenticatorId)).length,
    verifyUser: async (yes) => {
      await session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: yes });
    },
    take: () => credentialsOf(session, authenticatorId),
    give: async (credentials) => {
      for (const credential of credentials)
        await session.send("WebAuthn.addCredential", { authenticatorId, credential });
    },
    forgetAll: async () => {
      await session.send("WebAuthn.clearCredentials", { authenticatorId });
    },
  };
}
