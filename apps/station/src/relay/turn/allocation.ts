// One client of the relay, from its first request to the end of its allocation (RFC 8656 sections 3.2, 7 to 12):
// `step(state, event, now, site)` gives the next state and what is to be done, and does nothing itself.
//
//   idle --Allocate--> opening --relayOpened--> allocated --Refresh 0, time, gone--> idle
//                         `--relayFailed, time, gone--> idle
//
// requests.ts answers the client's requests, traffic.ts passes data. Data never changes a state (RFC 8656 section 12.6).
import type { Ms } from "@parley/base/time";
import { type Allocated, type Client, type Effect, type Event, type Site, type Step, drop, idle } from "./client.ts";
import { answerOpened, answerUnopened, decideRequest } from "./requests.ts";
import { passChannelData, passPeerData, passSend } from "./traffic.ts";

const closeRelay: readonly Effect[] = [{ type: "closeRelay" }];

const live = (state: Client, now: Ms): state is Allocated => state.at === "allocated" && state.until > now;

/** The next state and its effects. Total over state and event; a pair that makes no sense changes nothing. */
export function step(state: Client, event: Event, now: Ms, site: Site): Step {
  switch (event.type) {
    case "channelData":
      return [state, live(state, now) ? passChannelData(state, event, now) : drop("no allocation")];
    case "peerData":
      return [state, live(state, now) ? passPeerData(state, event, now, site) : drop("no allocation")];
    case "send":
      return [state, live(state, now) ? passSend(state, event.message, now) : drop("no allocation")];
    case "request": {
      const [aged, ended] = age(state, now);
      const [next, effects] = decideRequest(aged, event, now, site);
      return [next, [...ended, ...effects]];
    }
    case "relayOpened":
      if (state.at === "opening") return answerOpened(state, event.relayed, now, site);
      return [state, state.at === "idle" ? closeRelay : []];
    case "relayFailed":
      return state.at === "opening" ? [idle, answerUnopened(state)] : [state, []];
    case "tick":
      return age(state, now);
    case "gone":
      return state.at === "idle" ? [state, []] : [idle, closeRelay];
    default:
      return event satisfies never;
  }
}

/** Lets time pass: what is over goes, and a client whose allocation or opening is over is idle again. */
function age(state: Client, now: Ms): Step {
  if (state.at === "idle") return [state, []];
  if (state.until <= now)
    return [idle, state.at === "opening" ? [...answerUnopened(state), ...closeRelay] : closeRelay];
  if (state.at === "opening") return [state, []];
  const over = (item: { readonly until: Ms }) => item.until <= now;
  if (![...state.permissions.values(), ...state.channels.values()].some(over)) return [state, []];
  const channels = new Map([...state.channels].filter(([, channel]) => !over(channel)));
  return [
    {
      ...state,
      permissions: new Map([...state.permissions].filter(([, permission]) => !over(permission))),
      channels,
      numbers: new Map([...state.numbers].filter(([, number]) => channels.has(number))),
    },
    [],
  ];
}
