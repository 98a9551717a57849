// The rivals' server, a process of its own so that it can live in another network namespace and its CPU be counted: serves the
// two pages and passes signals from one page to the other. Prints one line of JSON with its port when it listens.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pageModule } from "@parley/e2e/src/harness/pageScript.ts";
import { WebSocketServer } from "ws";

const page = (script: string): string =>
  `<!doctype html><meta charset="utf-8"><title>${script}</title>` +
  `<style>body{margin:0}video{width:640px;height:360px}</style><body><script type="module" src="/${script}.js"></script>`;

const script = (name: string) => pageModule(join(import.meta.dirname, `${name}.page.ts`));

const files: Record<string, { type: string; body: string }> = {
  "/bare": { type: "text/html", body: page("bare") },
  "/bare.js": { type: "text/javascript", body: await script("bare") },
  "/livekit": { type: "text/html", body: page("livekit") },
  "/livekit.js": { type: "text/javascript", body: await script("livekit") },
  "/livekit-e2ee-worker.mjs": {
    type: "text/javascript",
    body: await readFile(fileURLToPath(import.meta.resolve("livekit-client/e2ee-worker")), "utf8"),
  },
};

const server = createServer((request, response) => {
  const file = files[(request.url ?? "/").split("?")[0] ?? "/"];
  response.statusCode = file === undefined ? (request.url === "/favicon.ico" ? 204 : 404) : 200;
  if (file !== undefined) response.setHeader("content-type", file.type);
  response.end(file?.body);
});

const sockets = new WebSocketServer({ server, path: "/signals", maxPayload: 64 * 1024, perMessageDeflate: false });
sockets.on("connection", (socket) => {
  socket.on("message", (data, isBinary) => {
    for (const other of sockets.clients) if (other !== socket) other.send(data, { binary: isBinary });
  });
});

const [, , address = "127.0.0.1"] = process.argv;
server.listen(0, address, () => {
  const at = server.address();
  if (at === null || typeof at === "string") throw new Error("a TCP port was asked for");
  console.log(JSON.stringify({ port: at.port }));
});
