import { expect, it } from "vitest";
import { hex } from "@parley/base/bytes";
import { certain } from "@parley/base/result";
import { readConfig } from "../config.ts";
import { setupOf } from "./setup.ts";

it("[CK13] the hash that the other side is told changes with what a call depends on, and with no secret and no way of alarms", () => {
  const of = (settings: object, pages = "pages"): string =>
    hex(setupOf(certain(readConfig(JSON.stringify(settings))), pages));
  const plain = of({});
  expect(of({}, "other pages")).not.toBe(plain);
  expect(of({ call: { relayOnly: true } })).not.toBe(plain);
  const secret = `whsec_${Buffer.alloc(32).toString("base64")}`;
  expect(of({ alarms: { webhooks: [{ url: "https://hooks.example/", secret }] } })).toBe(plain);
  expect(of({ metrics: { port: 9, token: "a token that nobody knows" } })).toBe(plain);
  expect(of({ turn: { secret: "one" } })).toBe(of({ turn: { secret: "two" } }));
  expect(of({ turn: { secret: "one" } })).not.toBe(plain);
});
