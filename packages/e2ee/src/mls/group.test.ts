import { hex } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import type { Digest } from "@parley/protocol/signed/hash";
import { describe, expect, it } from "vitest";
import { commit, drop, merge, processCommit } from "./commit.ts";
import { confirmedTranscriptHash, epochOf, exportSecret, frameBaseKey, groupInfo, members, ownLeaf } from "./group.ts";
import { externalJoin, onlyGroup } from "./join.ts";
import { callOf, letIn, move, testCall, testNow, testPsk } from "./testing/call.ts";
import type { Seat } from "./testing/call.ts";

const keys = (seats: readonly Seat[]) => Promise.all(seats.map(async (seat) => hex(await frameBaseKey(seat.group))));

/** The one frame key that all seats hold; fails when they differ. */
async function agreed(seats: readonly Seat[]): Promise<string> {
  const all = new Set(await keys(seats));
  expect(all.size).toBe(1);
  expect(new Set(seats.map((seat) => hex(confirmedTranscriptHash(seat.group)))).size).toBe(1);
  return [...all][0] as string;
}

describe("group", () => {
  it("[ML1] a caller and a callee who joins by Welcome with the link's PSK hold the same frame key", async () => {
    const seats = await callOf(2);
    await agreed(seats);
    expect(seats.map((seat) => [ownLeaf(seat.group), epochOf(seat.group)])).toEqual([
      [0, 1n],
      [1, 1n],
    ]);
    expect(members((seats[1] as Seat).group).map((m) => [m.leaf, m.credential.terminal[1]])).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it("[ML2] every re-key gives all members the same new key, and never an old one again", async () => {
    let [a, b] = (await callOf(2)) as [Seat, Seat];
    const seen = new Set([await agreed([a, b])]);
    for (let i = 0; i < 20; i++) {
      if (i % 2 === 0) [a, b] = (await move(a, [b], {})) as [Seat, Seat];
      else [b, a] = (await move(b, [a], {})) as [Seat, Seat];
      seen.add(await agreed([a, b]));
    }
    expect(seen.size).toBe(21);
  });

  it("[ML5] the removed member gets no key of the next epoch, and those who stay agree", async () => {
    const [a, b, c] = (await callOf(3)) as [Seat, Seat, Seat];
    const made = certain(await commit(a.group, { remove: [1] }));
    expect(certain(await processCommit(b.group, made.commit))).toEqual({ kind: "removed", by: 0 });
    const incoming = certain(await processCommit(c.group, made.commit));
    if (incoming.kind !== "staged") throw new Error("c is a member");
    expect(incoming.staged.change.removed.map((m) => m.leaf)).toEqual([1]);
    const after = [
      { ...a, group: merge(made.staged) },
      { ...c, group: merge(incoming.staged) },
    ];
    expect(await agreed(after)).not.toBe((await keys([b]))[0]);
  });

  it("[ML10] a terminal that lost its state comes back by itself with the PSK, and its former leaf goes in the same commit", async () => {
    const [a, b, c] = (await callOf(3)) as [Seat, Seat, Seat];
    const info = await groupInfo(a.group);
    const back = certain(await externalJoin(b.engine, b.identity, onlyGroup(testCall), info, testPsk(), testNow));
    const after: Seat[] = [{ ...b, group: back.group }];
    for (const seat of [a, c]) {
      const incoming = certain(await processCommit(seat.group, back.commit));
      if (incoming.kind !== "staged") throw new Error("they stay");
      expect(incoming.staged.change).toMatchObject({ external: true, committer: 1 });
      after.push({ ...seat, group: merge(incoming.staged) });
    }
    await agreed(after);
    expect(members(a.group).length).toBe(3);
  });

  it("[ML2] a staged commit leaves the group as it was, and after drop it still works", async () => {
    const [a, b] = (await callOf(2)) as [Seat, Seat];
    const lost = certain(await commit(a.group, {}));
    drop(lost.staged);
    const [b2, a2] = (await move(b, [a], {})) as [Seat, Seat];
    await agreed([a2, b2]);
  });

  it("[ML2] merge zeroes the secrets of the epoch left behind", async () => {
    const [a, b] = (await callOf(2)) as [Seat, Seat];
    const { exporterSecret, initSecret } = a.group.state.keySchedule;
    const leafKey = a.group.state.privatePath.privateKeys[0] as Uint8Array;
    expect([exporterSecret, initSecret, leafKey].every((s) => s.some((x) => x !== 0))).toBe(true);
    const [a2, b2] = (await move(a, [b], {})) as [Seat, Seat];
    expect([exporterSecret, initSecret, leafKey].every((s) => s.every((x) => x === 0))).toBe(true);
    await agreed([a2, b2]);
    await agreed(await move(b2, [a2], {}));
  });

  it("[ML6] a credential that was renewed reaches everyone in a re-key", async () => {
    const [a, b] = (await callOf(2)) as [Seat, Seat];
    const renewed = { ...a.identity.credential, chain: new Uint8Array(32).fill(9) as Digest };
    const [a2, b2] = (await move(a, [b], { credential: renewed })) as [Seat, Seat];
    await agreed([a2, b2]);
    expect(members(b2.group)[0]?.credential.chain[0]).toBe(9);
    await agreed(await move(b2, [a2], {}));
  });

  it("exports under other labels differ from the frame key", async () => {
    const [a, b] = (await callOf(2)) as [Seat, Seat];
    const link = await exportSecret(a.group, "parley link v1", testCall, 32);
    expect(await exportSecret(b.group, "parley link v1", testCall, 32)).toEqual(link);
    expect(hex(link)).not.toBe(await agreed([a, b]));
  });

  it("people come and go in a larger call and all who are in agree", async () => {
    let seats = await callOf(5);
    const [first, ...rest] = seats as [Seat, ...Seat[]];
    seats = await move(first, rest, { remove: [3] });
    seats = seats.filter((seat) => ownLeaf(seat.group) !== 3);
    seats = await letIn(seats[2] as Seat, [seats[0], seats[1], seats[3]] as Seat[], [9, 10]);
    await agreed(seats);
    expect(seats.length).toBe(6);
  });
});
