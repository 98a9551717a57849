// The web port of a station: serves the terminal's code to its own browsers, and nothing to anyone else.
// What changes anything goes over the terminals' WebSocket (hub.ts); here are only files and a health answer.
import { type Server, createServer } from "node:http";
import { type Server as TlsServer, createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import fastifyStatic from "@fastify/static";
import Fastify, { type FastifyInstance } from "fastify";
import type { WebCertificate } from "./certificate.ts";
import { securityHeaders } from "./headers.ts";

export type WebOptions = {
  /** The folder of the built terminal. */
  readonly files: string;
  /** PEM of the web certificate and its key; null serves plain HTTP, which browsers trust on localhost names only. */
  readonly tls: WebCertificate | null;
  /** Whether the station is able to do its work now; the answer of `/healthz`. */
  readonly healthy: () => boolean;
};

export type WebServer = {
  readonly app: FastifyInstance;
  /** The bare server under it, for WebSocket upgrades. */
  readonly server: Server;
  /** Shows another certificate from the next connection on; those that are open keep theirs. */
  readonly present: (certificate: WebCertificate) => void;
  /** Lets go of the port, and of every connection that is still open. */
  readonly close: () => Promise<void>;
};

/** Browsers of this decade speak TLS 1.3, and the hybrid group where they have it. */
const tlsSettings = { minVersion: "TLSv1.3", ecdhCurve: "X25519MLKEM768:X25519" } as const;

/** The web server, not yet listening. */
export async function webServer(options: WebOptions): Promise<WebServer> {
  let server: Server | undefined;
  let secure: TlsServer | undefined;
  const app = Fastify({
    logger: false,
    // A browser that opens a connection and says nothing is let go.
    requestTimeout: 20_000,
    bodyLimit: 1024,
    serverFactory: (handle) => {
      const { tls } = options;
      if (tls !== null) secure = createTlsServer({ ...tls, ...tlsSettings }, handle);
      server = secure ?? createServer(handle);
      return server;
    },
  });
  app.addHook("onSend", async (_request, reply) => {
    for (const [name, value] of Object.entries(securityHeaders)) reply.header(name, value);
  });
  await app.register(fastifyStatic, {
    root: options.files,
    cacheControl: false,
    setHeaders: (response, path) => {
      // Hashed names never change what they hold; the page itself must always be asked for.
      response.header("cache-control", path.includes("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
  app.get("/healthz", async (_request, reply) =>
    reply.code(options.healthy() ? 200 : 503).send(options.healthy() ? "ok\n" : "not ok\n"),
  );
  for (const path of ["/desk", "/console", "/verify"])
    app.get(path, async (_request, reply) => reply.sendFile("index.html"));
  app.setNotFoundHandler(async (_request, reply) => reply.code(404).type("text/plain").send("Not here.\n"));
  await app.ready();
  if (server === undefined) throw new Error("Fastify made no server");
  const bare = server;
  const open = new Set<Socket>();
  bare.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  return {
    app,
    server: bare,
    present: (certificate) => secure?.setSecureContext({ ...certificate, ...tlsSettings }),
    close: async () => {
      await app.close();
      // Fastify closes only what it listens on by itself.
      const closed = new Promise<void>((resolve) => bare.close(() => resolve()));
      // What was said last still leaves; nobody is waited for.
      for (const socket of open) socket.destroySoon();
      await closed;
    },
  };
}
