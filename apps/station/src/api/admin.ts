// The command line's way into a running station: a Unix socket in the data folder. Reading needs to be its owner; acting
// needs the command line officer's key too, which the root's passphrase opens.
import { type Server, type Socket, createServer } from "node:net";
import { rmSync } from "node:fs";
import { type Bytes, base64url, fromBase64url } from "@parley/base/bytes";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import { type ErrorCode, type ParleyError, errorTable, problem } from "@parley/protocol/errorCodes";
import {
  type AdminAnswer,
  type AdminCommand,
  adminCommandSchema,
  adminMessage,
  adminRequestSchema,
} from "@parley/protocol/terminal/admin";
import { sha256Of } from "@parley/protocol/signed/hash";
import type { Shown } from "../duty/identity/port.ts";
import type { KnownPasskey } from "./passkeys.ts";

export type AdminOptions = {
  readonly path: string;
  readonly random: Random;
  readonly passkeys: () => readonly KnownPasskey[];
  /** Whether the holder of this passkey's key, one of the command line's kind, signed `message`. */
  readonly signedBy: (publicKey: Uint8Array, message: Bytes, signature: Bytes) => boolean;
  /** Carries out a command; `by` is the officer who signed it, or null where none did. */
  readonly run: (command: AdminCommand, by: Shown | null) => Promise<Result<unknown, ParleyError>>;
};

const maxLine = 64 * 1024;
/** Whoever connects says what they want within this, ms. What they want may take longer: a drill of a line takes a minute. */
const asksWithin = 60_000;

export async function openAdmin(options: AdminOptions): Promise<{ readonly close: () => Promise<void> }> {
  rmSync(options.path, { force: true });
  /** Those whose command is being carried out. */
  const waiting = new Set<Socket>();
  const server: Server = createServer((socket) => {
    const nonce = options.random(32);
    let text = "";
    socket.setTimeout(asksWithin, () => socket.destroy());
    socket.on("close", () => waiting.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.write(`${JSON.stringify({ nonce: base64url(nonce) })}\n`);
    socket.on("data", (chunk) => {
      text += chunk.toString();
      if (text.length > maxLine) return socket.destroy();
      const end = text.indexOf("\n");
      if (end < 0) return undefined;
      const line = text.slice(0, end);
      text = "";
      socket.setTimeout(0);
      waiting.add(socket);
      void answer(line, nonce, options).then((it) => {
        waiting.delete(socket);
        socket.end(`${JSON.stringify(it)}\n`);
      });
      return undefined;
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    const before = process.umask(0o177);
    server.listen(options.path, () => resolve());
    process.umask(before);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // A turn later: the command that stops the station is answered still.
        setImmediate(() => {
          for (const socket of waiting) socket.destroy();
        });
      }),
  };
}

const refusal = (code: ErrorCode, detail: string): AdminAnswer => {
  const { say, cure } = errorTable[code];
  return { ok: false, code, say, cure, detail };
};

async function answer(line: string, nonce: Bytes, options: AdminOptions): Promise<AdminAnswer> {
  let request: ReturnType<typeof adminRequestSchema.safeParse>;
  let command: ReturnType<typeof adminCommandSchema.safeParse>;
  try {
    request = adminRequestSchema.safeParse(JSON.parse(line));
    command = adminCommandSchema.safeParse(JSON.parse(request.success ? request.data.command : "null"));
  } catch {
    return refusal("MESSAGE_MALFORMED", "not JSON");
  }
  if (!request.success || !command.success) return refusal("MESSAGE_MALFORMED", "no command of this version");
  const by = shownBy(request.data, nonce, options);
  if (!by.ok) return refusal(by.error.code, by.error.detail);
  const done = await options.run(command.data, by.value);
  return done.ok ? { ok: true, value: done.value ?? null } : refusal(done.error.code, done.error.detail);
}

type Request = {
  readonly command: string;
  readonly credential?: string | undefined;
  readonly signature?: string | undefined;
};

function shownBy(request: Request, nonce: Bytes, options: AdminOptions): Result<Shown | null, ParleyError> {
  if (request.credential === undefined || request.signature === undefined) return ok(null);
  const passkey = options.passkeys().find(({ credential }) => base64url(credential) === request.credential);
  const signature = fromBase64url(request.signature);
  if (passkey === undefined || signature === null) return fail(problem("OFFICER_UNPROVEN", "an unknown key"));
  if (!options.signedBy(passkey.publicKey, adminMessage(nonce, request.command), signature)) {
    return fail(problem("OFFICER_UNPROVEN", "the signature does not fit"));
  }
  return ok({ credential: passkey.credential, assertion: sha256Of(signature) });
}
