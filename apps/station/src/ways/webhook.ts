// Alarms to a program of the party's own: one POST each, signed as Standard Webhooks has it (webhook-id, webhook-timestamp,
// webhook-signature over "id.timestamp.body"), by HMAC-SHA256 (v1) or Ed25519 (v1a) ([AL10] of docs/spec/alarm.md). The id stays the same
// however often it is tried, so whoever gets it twice can tell. Nothing is followed that answers with another address.
import { createHmac, sign } from "node:crypto";
import type { Ms } from "@parley/base/time";
import type { WebhookKey } from "./webhookKey.ts";

export type Post = { readonly id: string; readonly at: number; readonly body: string };

/** The headers that prove `post`; `at` is in seconds. */
export function signatureHeaders(key: WebhookKey, { id, at, body }: Post): Readonly<Record<string, string>> {
  const message = Buffer.from(`${id}.${at}.${body}`);
  const signature =
    key.by === "hmac"
      ? `v1,${createHmac("sha256", key.secret).update(message).digest("base64")}`
      : `v1a,${sign(null, message, key.key).toString("base64")}`;
  return { "webhook-id": id, "webhook-timestamp": String(at), "webhook-signature": signature };
}

/** Posts it once; null where it was taken (2xx), or why not. */
export async function postWebhook(url: string, key: WebhookKey, post: Post, within: Ms): Promise<string | null> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      body: post.body,
      headers: { "content-type": "application/json", "user-agent": "Parley", ...signatureHeaders(key, post) },
      redirect: "manual",
      signal: AbortSignal.timeout(within),
    });
    // The answer's words are nobody's business here, and the connection is free only once they are gone.
    await answer.body?.cancel();
    return answer.ok ? null : `answered ${answer.status}`;
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "failed";
  const { cause } = error;
  return cause instanceof Error
    ? cause.message || cause.name
    : error.name === "TimeoutError"
      ? "no answer in time"
      : error.message;
}
