// The last "They match" of a pairing is lost, between two whole stations: the link's first use by the one proves it to the other.
import { afterAll, describe, expect, it } from "vitest";
import { certain } from "@parley/base/result";
import { days, seconds } from "@parley/base/time";
import { idText } from "@parley/protocol/ids";
import type { Digest } from "@parley/protocol/signed/hash";
import type { OfficerId } from "@parley/protocol/signed/revocation";
import type { Station } from "./station.ts";
import { systemClock } from "./systemPorts.ts";
import { makeSites, until } from "./testing.ts";

const sites = makeSites();
const running = new Set<Station>();
afterAll(async () => {
  await Promise.all([...running].map((station) => station.close()));
  sites.remove();
});
const by = { officer: new Uint8Array(16) as OfficerId, assertion: new Uint8Array(32) as Digest };

describe("a pairing whose last word was lost", () => {
  it(
    "[PR15] the first use of the link proves it to the side that made the offer, which cannot call the other",
    { timeout: 120_000 },
    async () => {
      const [here, there] = await Promise.all([sites.make("Northmark"), sites.make("Estovar")]);
      const first = await here.start();
      const b = await there.start();
      running.add(first).add(b);
      const made = certain(await first.pairing.command({ type: "offer", lifetime: days(1), by }));
      if (made === null) throw new Error("an offer without a text");
      const offer = idText(made.offer);
      const at = (station: Station) => station.pairing.state().get(offer);
      certain(await b.pairing.command({ type: "import", text: made.text, by }));
      await until("both compare", () => [first, b].every((station) => at(station)?.type === "comparing"));

      certain(await first.pairing.command({ type: "match", offer: made.offer, by }));
      await until("the other side has our word", () => {
        const kept = at(b);
        return kept?.type === "comparing" && kept.theirs !== null;
      });
      running.delete(first);
      await first.close();
      certain(await b.pairing.command({ type: "match", offer: made.offer, by }));
      expect(at(b)?.type).toBe("active");

      // By then its last try while it waited has failed, and it says its word again only a minute later.
      await new Promise<void>((resolve) => systemClock.wait(seconds(4), resolve));
      const a = await here.start();
      running.add(a);
      expect(at(a)?.type).toBe("pressed");
      expect(a.links.all()).toEqual([]);
      await until("the link is up", () => a.links.all().some(({ link }) => a.links.reachable(link).up));
      expect(at(a)).toMatchObject({ type: "active" });
      const link = a.links.all()[0]?.link ?? "";
      expect(a.links.generations(link)).toEqual(b.links.generations(link));
    },
  );
});
