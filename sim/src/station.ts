// A whole station in a world: disk, keys and machine that stay, and the program on them, which is the inside of the real
// one, dies at any moment and is started again from the disk. Only what faces browsers is the simulator's own (terminals.ts).
import { certain } from "@parley/base/result";
import { type Clock, type Ms, ms } from "@parley/base/time";
import type { ErrorCode, ParleyError } from "@parley/protocol/errorCodes";
import { type IdText, type PartyId, type TerminalId, idText } from "@parley/protocol/ids";
import type { Versions } from "@parley/protocol/peer/hello";
import type { Role } from "@parley/protocol/signed/fields";
import { type Digest, sha256Of } from "@parley/protocol/signed/hash";
import { signCard } from "@parley/protocol/signed/partyCard";
import { partyIdOf, rootIdOf } from "@parley/protocol/signed/root";
import { type HybridSigner, ed25519Half } from "@parley/protocol/signed/signature";
import { signStationCertificate } from "@parley/protocol/signed/stationCertificate";
import { type StationNonce, terminalRequestMessage } from "@parley/protocol/signed/terminalCertificate";
import { type LineChecksOptions, checkLines } from "@parley/station/checks/lines";
import type { IdentityReply, Shown } from "@parley/station/duty/identity/port";
import { type Inside, type InsideOptions, type TerminalsPort, nothingYet, openInside } from "@parley/station/inside";
import { type Joined, joinPeers } from "@parley/station/joined";
import { type CommitFault, type MemoryDisk, memoryDisk, openMemory } from "@parley/station/store/memory";
import type { Store } from "@parley/station/store/port";
import type { ChecksRun } from "@parley/station/run/checksRun";
import type { DrillsSettings } from "@parley/station/run/drillsRun";
import type { IdentityRun } from "@parley/station/run/identityRun";
import type { LinksRun } from "@parley/station/run/linksRun";
import type { WorldCryptography } from "./cryptography.ts";
import { type SimulatedKeys, simulatedKeys } from "./keyFolder.ts";
import { type Life, type Machine, makeMachine, startLife } from "./machine.ts";
import type { Network } from "./net.ts";
import { linkBytes } from "./parts.ts";
import type { Queue } from "./queue.ts";
import type { Dice } from "./random.ts";

/** What a station reaches of its world. */
export type Surroundings = {
  readonly queue: Queue;
  readonly network: Network;
  readonly cryptography: WorldCryptography;
  readonly note: (line: string) => void;
  readonly report: (station: Station, error: ParleyError) => void;
  /** What the next commit of this station's disk does. */
  readonly diskFault: (station: Station) => CommitFault;
  readonly commitTakes: (station: Station) => Ms;
  /** The machine died, and the disk has forgotten what it had called durable. */
  readonly forgotten: (station: Station) => void;
  /** A life has begun, or ended: its terminals hear of it. */
  readonly began: (station: Station, alive: Alive) => void;
  readonly ended: (station: Station) => void;
  /** How its lines are rehearsed; none where they are not. */
  readonly drills: (station: Station) => DrillsSettings | null;
  /** What runs here and how it looks, where its lines are checked. */
  readonly checks: (station: Station, alive: Alive) => Pick<LineChecksOptions, "running" | "looks" | "online"> | null;
  /** That clock, for what may wait for quiet times to end. */
  readonly sleepy: (station: Station, clock: Clock) => Clock;
  /** A round of its checks has come to something. */
  readonly checked: (station: Station, alive: Alive) => void;
  /** What this life's duties shall have for terminals. */
  readonly terminals: (station: Station, alive: Alive) => TerminalsPort;
};

export type Alive = Inside & {
  readonly life: Life;
  readonly number: number;
  /** Null until it has joined its peers. */
  joined: Joined | null;
  checks: ChecksRun | null;
};

export type Enrolled = { readonly id: TerminalId; readonly name: string; readonly key: HybridSigner };

const manifest: Digest = sha256Of(new Uint8Array([1]));
/** Commits of a machine that is all right. */
export const usualCommit: Ms = ms(8);

export class Station {
  readonly name: string;
  readonly host: string;
  readonly machine: Machine;
  readonly disk: MemoryDisk = memoryDisk();
  readonly keys: SimulatedKeys;
  readonly officer: Shown;
  readonly desks: Enrolled[] = [];
  alive: Alive | null = null;
  lives = 0;
  /** When the present life began, or the last one. */
  startedAt = -1;
  /** What the disk had said was durable and then lost, as far as it counts: null while it is honest. */
  forgot: Forgotten | null = null;
  /** A commit has failed, and what runs on has not been ended yet. */
  failing = false;
  /** What versions of the protocol its program speaks; null for those of this build. */
  versions: Versions | null = null;
  /** Why the program does not start, though the machine runs. */
  refuses: ErrorCode | null = null;
  private readonly world: Surroundings;
  private readonly dice: Dice;

  constructor(name: string, skew: Ms, world: Surroundings, dice: Dice) {
    this.name = name;
    this.host = `${name.toLowerCase()}.example`;
    this.world = world;
    this.dice = dice;
    this.machine = makeMachine(world.queue, skew);
    this.keys = simulatedKeys(world.cryptography, dice.fork("keys").bytes, world.queue.now);
    this.officer = { credential: dice.bytes(32), assertion: sha256Of(dice.bytes(32)) };
    this.disk.fault = () => {
      const fault = world.diskFault(this);
      this.failing = fault !== "keep" && fault !== "lie";
      // The machine dies with the commit: nothing of it runs on to see the outcome.
      if (fault === "lose" || fault === "tear" || fault === "mute") queueMicrotask(() => this.kill(`disk ${fault}`));
      return fault;
    };
    this.disk.delay = () => {
      const stopped = this.machine.stoppedUntil - world.queue.now();
      return world.queue.pause(Math.max(world.commitTakes(this), stopped));
    };
  }

  get party(): PartyId {
    return this.home().pin.card.party;
  }

  /** The running station, which has to be there. */
  get running(): Alive {
    if (this.alive === null) throw new Error(`${this.name} does not run`);
    return this.alive;
  }

  home() {
    const { home } = this.running.identity.state();
    if (home === null) throw new Error(`${this.name} is not set up`);
    return home;
  }

  private options(life: Life, dice: Dice): InsideOptions {
    return {
      store: openMemory(this.disk),
      keys: this.keys.ring(),
      cryptography: this.world.cryptography,
      clock: life.clock,
      random: dice.bytes,
      served: () => true,
      ...drillsOf(this.world.drills(this)),
      ...(this.versions === null ? {} : { versions: this.versions }),
      report: (error) => {
        if (life.isAlive()) this.world.report(this, error);
      },
      onFault: (error) => {
        if (life.isAlive()) this.kill(`stopped itself: ${error.code}`);
      },
    };
  }

  /** Starts the program, as the machine does at boot. */
  async start(): Promise<void> {
    if (this.alive !== null) throw new Error(`${this.name} runs already`);
    const number = ++this.lives;
    this.startedAt = this.world.queue.now();
    const dice = this.dice.fork(`life ${number}`);
    const life = startLife(this.world.queue, this.machine, dice.span(ms(0), ms(1e9)));
    const options = this.options(life, dice);
    const late = nothingYet();
    const opened = await openInside(options, late);
    this.refuses = opened.ok ? null : opened.error.code;
    if (!opened.ok) {
      this.world.report(this, opened.error);
      return life.die();
    }
    const alive: Alive = { ...opened.value, life, number, joined: null, checks: null };
    this.alive = alive;
    this.world.note(`${this.name} starts`);
    if (alive.identity.state().home === null) return;
    const net = this.world.network.at(this.host, options.keys.identity(), life.isAlive);
    const joined = certain(await joinPeers(alive, { ...options, peerClock: life.peerClock }, late, net));
    late.peers = joined.peers;
    late.terminals = this.world.terminals(this, alive);
    alive.joined = joined;
    const looking = this.world.checks(this, alive);
    if (looking !== null) {
      const { clock, random, report } = options;
      const { drills } = joined;
      const checks = await checkLines({
        ...looking,
        clock: this.world.sleepy(this, clock),
        random,
        report,
        inside: alive,
        drills,
        onChange: () => this.world.checked(this, alive),
      });
      alive.checks = checks;
      late.checks = checks;
      checks.start();
    }
    joined.begin();
    this.world.began(this, alive);
  }

  /** The program is gone, between two instructions; what the disk holds stays. */
  kill(why: string): void {
    const { alive } = this;
    if (alive === null) return;
    this.alive = null;
    this.failing = false;
    alive.life.die();
    const had = headsOf(alive.store, alive.links);
    this.disk.crash();
    const has = headsOf(openMemory(this.disk), alive.links);
    if (
      had.events > has.events ||
      had.links.some(({ taken, sent }, i) => taken > (has.links[i]?.taken ?? 0) || sent > (has.links[i]?.sent ?? 0))
    ) {
      this.forgot = { at: this.world.queue.now(), events: had.events - has.events, has };
      this.world.note(`${this.name}'s disk forgets ${this.forgot.events} entries`);
      this.world.forgotten(this);
    }
    this.world.network.died(this.host);
    this.world.note(`${this.name} dies: ${why}`);
    this.world.ended(this);
  }

  /** `parley init`: root, first keys, card and the command line's officer. */
  async setUp(): Promise<void> {
    const { signerOf } = this.world.cryptography;
    const [root, nextRoot] = [signerOf(this.dice.bytes(32)), signerOf(this.dice.bytes(32))];
    const party = partyIdOf(root.publicKey);
    const { key, next } = this.keys.makePair();
    const issued = this.machine.wall();
    const card = signCard(
      {
        party,
        generation: 0,
        root: root.publicKey,
        nextRoot: rootIdOf(nextRoot.publicKey),
        serial: 1,
        issued,
        name: this.name,
        place: this.name,
        timeZone: "Europe/Lisbon",
        stations: [{ host: this.host, port: 4431 }],
      },
      root,
    );
    const body = { party, generation: 0, serial: 1, key, nextKey: next, issued };
    const certificate = signStationCertificate(body, root);
    const { identity, log, writer } = this.running;
    await ask(identity, { type: "setUp", lineage: [card], certificate }, "done");
    await writer.write((tx, after) => log.begin(tx, after, root));
    const { code } = await ask(identity, { type: "awaitFirstOfficer" }, "code");
    const passkey = { credential: this.officer.credential, publicKey: new Uint8Array(77), label: "Key" };
    await ask(identity, { type: "joinOfficer", code, name: "Officer", passkey }, "officer");
  }

  /** An enrolled desk. */
  async enrol(name: string, role: Role = "principal"): Promise<Enrolled> {
    const it: Enrolled = {
      id: this.dice.bytes(16) as TerminalId,
      name,
      key: this.world.cryptography.signerOf(this.dice.bytes(32)),
    };
    const { identity } = this.running;
    const by = this.officer;
    const { code } = await ask(identity, { type: "awaitTerminal", role, name, by }, "code");
    const nonce = this.dice.bytes(32) as Uint8Array as StationNonce;
    await ask(identity, { type: "askTerminal", code, request: this.request(it, nonce), nonce }, "asked");
    await ask(identity, { type: "approveTerminal", terminal: it.id, by }, "done");
    this.desks.push(it);
    return it;
  }

  /** What a terminal signs to get a credential. */
  request(it: Enrolled, nonce: StationNonce) {
    const { party } = this;
    const body = { party, terminal: it.id, key: ed25519Half(it.key.publicKey), manifest, nonce };
    return { body, signature: it.key.signEd25519(terminalRequestMessage(body)) };
  }

  /** The officer as pairings name one. */
  presence() {
    const [officer] = this.running.identity.state().officers.values();
    if (officer === undefined) throw new Error(`${this.name} has no officer`);
    return { officer: officer.id, assertion: this.officer.assertion };
  }

  partyText(): string {
    return idText(this.party);
  }
}

/** What a disk holds of each link, by what its store says. */
type Heads = {
  readonly events: number;
  readonly links: readonly { readonly link: IdText; readonly taken: number; readonly sent: number }[];
};
export type Forgotten = { readonly at: number; readonly events: number; readonly has: Heads };

function headsOf(store: Store, links: LinksRun): Heads {
  return {
    events: store.nextIndex(),
    links: links.all().map(({ link }) => ({ link, ...store.position(linkBytes(link)) })),
  };
}

type ReplyOf<K extends IdentityReply["type"]> = Extract<IdentityReply, { readonly type: K }>;

async function ask<K extends IdentityReply["type"]>(
  identity: IdentityRun,
  command: Parameters<IdentityRun["command"]>[0],
  type: K,
): Promise<ReplyOf<K>> {
  const reply = certain(await identity.command(command));
  const is = (it: IdentityReply): it is ReplyOf<K> => it.type === type;
  if (!is(reply)) throw new Error(`${reply.type} where ${type} was due`);
  return reply;
}

const drillsOf = (drills: DrillsSettings | null): Pick<InsideOptions, "drills"> => (drills === null ? {} : { drills });
