// What the command line may ask about alarms: those there are, how their ways have done, and a trial of each way. Changes nothing
// about who may take part, so the socket's owner is enough; taking an alarm up is an officer's, on a console.
import type { IdText } from "@parley/protocol/ids";
import type { Station } from "./station.ts";
import { alarmWords } from "./ways/alarmWords.ts";

const partyOf = ({ identity, links }: Station, link: IdText | null): string => {
  const party = links.of(link ?? "")?.party ?? "";
  return identity.state().peers.get(party)?.card.name ?? "";
};

export const alarmsNow = (station: Station) => ({
  alarms: station.alarms.shown().map((alarm) => {
    const party = partyOf(station, alarm.link);
    return { ...alarm, party, ...alarmWords(alarm, party) };
  }),
  ways: station.alarms.ways(),
});
export type AlarmsNow = ReturnType<typeof alarmsNow>;

export const tryWays = (station: Station) => station.alarms.trial();
export type WaysTried = Awaited<ReturnType<typeof tryWays>>;
