// The TURN server (RFC 8656) that a station brings along: UDP, TCP and TLS, IPv4 and IPv6, with nothing to configure but
// addresses and a secret. This file joins the edges (doors, relay sockets, a timer) to the relay itself (core.ts).
import { createSecureContext } from "node:tls";
import type { Random } from "@parley/base/random";
import { type Result, fail, ok } from "@parley/base/result";
import { type Cancel, type Clock, seconds } from "@parley/base/time";
import { type ErrorCode, type ParleyError, problem } from "@parley/protocol/errorCodes";
import { type EndpointKey, endpointKey, endpointOf } from "./address.ts";
import { type ClientRef, type Output, createCore } from "./core.ts";
import type { TurnCounters } from "./counters.ts";
import { codeOf } from "./datagramSocket.ts";
import { type Door, type DoorEvents, openStreamDoor, openUdpDoor } from "./doors.ts";
import { kindOf } from "./framing.ts";
import type { Impairment } from "./impairment.ts";
import { createRelaySockets } from "./relaySockets.ts";
import {
  type Certificate,
  type ListenerOptions,
  type TurnOptions,
  type TurnSettings,
  decideSettings,
} from "./settings.ts";

export type TurnDeps = {
  readonly clock: Clock;
  readonly random: Random;
  /** False for a name that was cut off: asked for each request, so that it holds at once. Admits all where absent. */
  readonly admits?: (name: string) => boolean;
  /** A poor path, in tests alone. */
  readonly impairment?: Impairment;
};

export type TurnStats = TurnCounters & {
  readonly streams: number;
  readonly relaySockets: number;
  /** Errors of sockets after they were bound. */
  readonly socketErrors: number;
};

export type TurnServer = {
  /** The listeners of the options, in their order, with the ports they have. */
  readonly listeners: readonly ListenerOptions[];
  readonly stats: () => TurnStats;
  /** From the next connection on, TLS shows this certificate; a pair that does not fit together changes nothing. */
  readonly reloadTls: (certificate: Certificate) => Result<null, ParleyError>;
  /** Ends at once every allocation whose name is meant, and says how many. It takes `admits` to keep the name out. */
  readonly evict: (meant: (name: string) => boolean) => number;
  readonly close: () => Promise<void>;
};

/** Starts the relay; resolves once every listener listens. Fails where a setting is wrong or an address cannot be had. */
export async function startTurn(options: TurnOptions, deps: TurnDeps): Promise<Result<TurnServer, ParleyError>> {
  const settings = decideSettings(options);
  if (!settings.ok) return settings;
  const certificate = settings.value.certificate;
  if (certificate !== null && !fits(certificate)) return fail(problem("RELAY_CERTIFICATE_WRONG", "turn: certificate"));
  return listen(settings.value, deps);
}

function fits(certificate: Certificate): boolean {
  try {
    createSecureContext(certificate);
    return true;
  } catch {
    return false;
  }
}

/** A STUN Send indication or ChannelData: on a stream, what an impaired path may lose. */
const carriesData = (frame: Uint8Array) => kindOf(frame[0] as number) === "channelData" || frame[1] === 0x16;

async function listen(settings: TurnSettings, deps: TurnDeps): Promise<Result<TurnServer, ParleyError>> {
  const { clock, random, impairment } = deps;
  const { limits, relays } = settings;
  const avoided = new Set<EndpointKey>();
  const doors: Door[] = [];
  let socketErrors = 0;

  const core = createCore(
    {
      gate: { realm: settings.realm, secret: settings.secret, admits: deps.admits ?? (() => true) },
      bounds: limits,
      policy: { allowed: settings.allowed, own: new Set(relays.map((relay) => relay.advertise.address)) },
      families: new Set(relays.map((relay) => relay.bind.family)),
      listeners: avoided,
      maxAllocations: limits.maxAllocations,
      maxAllocationsPerName: limits.maxAllocationsPerName,
      maxUnprovenAnswers: limits.maxUnprovenAnswers,
      nonceLifetime: limits.nonceLifetime,
    },
    { clock, random },
  );
  const onError = () => void socketErrors++;
  const sockets = createRelaySockets(
    { relays, ports: settings.relayPorts, random },
    {
      onOpened: (client, relayed) => carryOut(core.relayOpened(client, relayed)),
      onFailed: (client) => carryOut(core.relayFailed(client)),
      onDatagram: (key, from, data) => carryOut(core.fromPeer(key, from, data)),
      onError,
    },
  );

  function carryOut(outputs: readonly Output[]): void {
    for (const output of outputs) {
      switch (output.type) {
        case "toClient":
          send(output.client, output.bytes, output.relayed);
          break;
        case "toPeer":
          sockets.send(output.client, output.peer, output.data);
          break;
        case "openRelay":
          sockets.open(output.client, output.family);
          break;
        case "closeRelay":
          sockets.close(output.client);
          break;
        default:
          output satisfies never;
      }
    }
  }

  function send(client: ClientRef, frame: Uint8Array, relayed: boolean): void {
    const deliver = () => doors[client.via]?.send(client, frame);
    if (impairment === undefined) deliver();
    else impairment.pass("down", frame.length, relayed || !client.onStream, deliver);
  }

  const events: DoorEvents = {
    onFrame(client, frame) {
      const deliver = () => carryOut(core.fromClient(client, frame));
      if (impairment === undefined) deliver();
      else impairment.pass("up", frame.length, !client.onStream || carriesData(frame), deliver);
    },
    onGone: (client) => carryOut(core.gone(client)),
    holds: core.holds,
    onError,
    onFull: () => void core.dropped("queue"),
  };

  async function closeAll(): Promise<void> {
    sockets.closeAll();
    await Promise.all(doors.map((door) => door.close()));
  }

  for (const listener of settings.listeners) {
    const at = endpointOf(listener.address, listener.port);
    if (at === null) throw new Error("an address that was checked is none");
    try {
      const door =
        listener.transport === "udp"
          ? await openUdpDoor(doors.length, at, events)
          : await openStreamDoor(doors.length, { ...settings, listener, clock }, events);
      doors.push(door);
      for (const { bind, advertise } of relays)
        for (const address of [at.address, bind.address, advertise.address])
          avoided.add(endpointKey(address, door.port));
    } catch (error) {
      await closeAll();
      return fail(listenProblem(listener, error));
    }
  }

  let cancelTick: Cancel;
  const tick = () => {
    carryOut(core.tick());
    for (const door of doors) door.tick();
    cancelTick = clock.wait(seconds(1), tick);
  };
  cancelTick = clock.wait(seconds(1), tick);

  return ok({
    listeners: settings.listeners.map((listener, i) => ({ ...listener, port: doors[i]?.port ?? listener.port })),
    stats: () => ({
      ...structuredClone(core.counters),
      streams: doors.reduce((sum, door) => sum + door.streams(), 0),
      relaySockets: sockets.count(),
      socketErrors,
    }),
    reloadTls(certificate) {
      if (!fits(certificate)) return fail(problem("RELAY_CERTIFICATE_WRONG", "turn: new certificate"));
      for (const door of doors) door.present(certificate);
      return ok(null);
    },
    evict(meant) {
      const before = core.counters.evicted;
      carryOut(core.evict(meant));
      return core.counters.evicted - before;
    },
    close() {
      cancelTick();
      return closeAll();
    },
  });
}

function listenProblem(listener: ListenerOptions, error: unknown): ParleyError {
  const errno = codeOf(error);
  const code: ErrorCode = errno === "EADDRINUSE" ? "RELAY_PORT_TAKEN" : "RELAY_ADDRESS_WRONG";
  return problem(code, `${listener.transport} ${listener.address} ${listener.port}: ${errno}`);
}
