// The port for metrics: answers /metrics to whoever may read it, and nothing else. Apart from the web port, so that browsers and
// readers of metrics never share one.
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { type Result, fail, ok } from "@parley/base/result";
import { type ParleyError, problem } from "@parley/protocol/errorCodes";
import type { Config } from "../config.ts";
import { contentType } from "./openMetrics.ts";

export type MetricsPort = { readonly port: number; readonly close: () => Promise<void> };

const hashOf = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Listens where the settings say; null where they say nowhere. METRICS_PORT_TAKEN. */
export async function listenForMetrics(
  { host, port, token }: Config["metrics"],
  write: () => string,
): Promise<Result<MetricsPort | null, ParleyError>> {
  if (port === null) return ok(null);
  const due = token === null ? null : hashOf(`Bearer ${token}`);
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    const say = (status: number, body: string, type = "text/plain"): void => {
      response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
      response.end(request.method === "HEAD" ? undefined : body);
    };
    // Hashes of one length: the time that it takes tells nothing of the token.
    if (due !== null && !timingSafeEqual(hashOf(request.headers.authorization ?? ""), due)) {
      response.setHeader("www-authenticate", "Bearer");
      return say(401, "A token is needed.\n");
    }
    if (request.method !== "GET" && request.method !== "HEAD") return say(405, "Only to be read.\n");
    if (request.url !== "/metrics") return say(404, "Not here.\n");
    say(200, write(), contentType);
  });
  return new Promise((resolve) => {
    server.once("error", (error) => resolve(fail(problem("METRICS_PORT_TAKEN", `${host}:${port} ${error.message}`))));
    server.listen(port, host, () => {
      const address = server.address();
      resolve(
        ok({
          port: typeof address === "object" && address !== null ? address.port : port,
          close: () =>
            new Promise((closed) => {
              server.close(() => closed());
              server.closeAllConnections();
            }),
        }),
      );
    });
  });
}
