// Debian's coturn with the settings of docs/decisions/turn.md, on loopback: the rival in benches, and the other server that
// a station can use by setting.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Certificate, ListenerOptions } from "../settings.ts";

export const coturnPath = "/usr/bin/turnserver";
export const coturnIsHere = (): boolean => existsSync(coturnPath);

/**
 * RFC 6890 and its registries, as policy.ts has them; coturn itself denies loopback only. The first IPv6 range must not
 * begin at "::": coturn 4.6 reads that as "anything" and denies every IPv4 peer with it.
 */
const deniedPeers = (
  "0.0.0.0-0.255.255.255 10.0.0.0-10.255.255.255 100.64.0.0-100.127.255.255 127.0.0.0-127.255.255.255 " +
  "169.254.0.0-169.254.255.255 172.16.0.0-172.31.255.255 192.0.0.0-192.0.0.255 192.0.2.0-192.0.2.255 " +
  "192.88.99.0-192.88.99.255 192.168.0.0-192.168.255.255 198.18.0.0-198.19.255.255 198.51.100.0-198.51.100.255 " +
  "203.0.113.0-203.0.113.255 224.0.0.0-255.255.255.255 ::1-1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff " +
  "2001::-2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff 2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff " +
  "2002::-2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff 3fff::-3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff " +
  "4000::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
).split(" ");

export type CoturnOptions = {
  readonly realm: string;
  readonly secret: string;
  readonly certificate: Certificate;
  /** Further lines of its configuration. */
  readonly more?: readonly string[];
};

export type Coturn = {
  readonly listeners: readonly ListenerOptions[];
  readonly pid: number;
  readonly log: () => string;
  readonly close: () => Promise<void>;
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Starts coturn on free ports of 127.0.0.1; resolves when it listens, rejects with its log when it does not within 5 s. */
export async function startCoturn(options: CoturnOptions): Promise<Coturn> {
  const folder = await mkdtemp(join(tmpdir(), "parley-coturn-"));
  const [port, tlsPort] = [await freePort(), await freePort()];
  const file = (name: string) => join(folder, name);
  await writeFile(file("cert.pem"), options.certificate.cert);
  await writeFile(file("key.pem"), options.certificate.key);
  const settings = `
listening-ip=127.0.0.1
listening-port=${port}
tls-listening-port=${tlsPort}
relay-ip=127.0.0.1
allow-loopback-peers
allowed-peer-ip=127.0.0.1
use-auth-secret
static-auth-secret=${options.secret}
realm=${options.realm}
stale-nonce=600
cert=${file("cert.pem")}
pkey=${file("key.pem")}
no-tlsv1
no-tlsv1_1
no-dtls
no-cli
no-multicast-peers
no-tcp-relay
userdb=${file("db")}
pidfile=${file("pid")}
log-file=stdout
simple-log
verbose`;
  const denied = deniedPeers.map((range) => `denied-peer-ip=${range}`);
  await writeFile(file("turnserver.conf"), [settings, ...denied, ...(options.more ?? []), ""].join("\n"));
  const child: ChildProcess = spawn(coturnPath, ["-c", file("turnserver.conf")], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text: Buffer) => (log += text.toString()));
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const close = async () => {
    child.kill("SIGKILL");
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  const end = performance.now() + 5000;
  while (!(await listens(port))) {
    if (performance.now() > end || child.exitCode !== null) {
      await close();
      throw new Error(`coturn did not start: ${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const at = (transport: ListenerOptions["transport"], on: number) => ({ transport, address: "127.0.0.1", port: on });
  return {
    listeners: [at("udp", port), at("tcp", port), at("tls", tlsPort)],
    pid: child.pid ?? 0,
    log: () => log,
    close,
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const done = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once("connect", () => done(true));
    socket.once("error", () => done(false));
  });
}
