import { describe, expect, it } from "vitest";
import { configJsonSchema, configSchema, readConfig } from "./config.ts";

describe("config", () => {
  it("an empty file gives every default", () => {
    const read = readConfig("{}");
    expect(read.ok && read.value.call.epochSeconds).toBe(300);
    expect(read.ok && read.value.turn.use).toBe("builtIn");
  });
  it("[CL3] an unknown setting refuses to start and is named", () => {
    expect(readConfig('{"call":{"epochMinutes":5}}')).toMatchObject({
      ok: false,
      error: { code: "CONFIG_WRONG", detail: "call.epochMinutes is no setting of Parley's" },
    });
  });
  it("[CL3] a renamed setting refuses to start and names the new one", () => {
    expect(readConfig('{"call":{"rekey":5}}', { "call.rekey": "call.epochSeconds" })).toMatchObject({
      ok: false,
      error: { code: "CONFIG_WRONG", detail: "call.rekey is now called call.epochSeconds" },
    });
  });
  it("a value outside its range is named with its path", () => {
    expect(readConfig('{"call":{"epochSeconds":301}}')).toMatchObject({ ok: false, error: { code: "CONFIG_WRONG" } });
    expect(readConfig("{").ok).toBe(false);
    expect(readConfig("[]").ok).toBe(false);
  });
  it("[AL15] a way of alarms that would leak, reach nobody or be two of one name refuses the start and is named", () => {
    const alarms = (settings: object): string => {
      const read = readConfig(JSON.stringify({ alarms: settings }));
      return read.ok ? "fine" : `${read.error.code} ${read.error.detail}`;
    };
    const secret = `whsec_${Buffer.alloc(32).toString("base64")}`;
    const hook = { url: "https://hooks.example/parley", secret };
    const mail = { host: "mail.example", from: "parley@a.example", first: ["ada@a.example"] };
    expect(alarms({ webhooks: [hook, { ...hook, name: "second", to: "second" }], mail })).toBe("fine");
    expect(
      alarms({
        webhooks: [{ ...hook, url: "http://127.0.0.1:9/x" }],
        mail: { ...mail, host: "localhost", tls: "none" },
      }),
    ).toBe("fine");
    for (const [wrong, named] of [
      [{ webhooks: [{ ...hook, url: "http://hooks.example/" }] }, /alarms\.webhooks\.0\.url: must begin with https/],
      [{ webhooks: [hook, hook] }, /two are called hooks\.example; give each a name/],
      [{ webhooks: [{ ...hook, url: "ftp://hooks.example/" }] }, /alarms\.webhooks\.0\.url/],
      [{ mail: { ...mail, tls: "none" } }, /alarms\.mail\.tls: none only to a server on this machine/],
      [{ mail: { ...mail, first: [] } }, /alarms\.mail\.first: names nobody/],
      [{ mail: { ...mail, user: "a" } }, /alarms\.mail\.user and password: one without the other/],
      [{ mail: { ...mail, first: ["Ada <ada@a.example>"] } }, /alarms\.mail\.first\.0: no mail address/],
      [{ unacknowledgedMinutes: 0 }, /alarms\.unacknowledgedMinutes/],
      [{ mails: mail }, /alarms\.mails is no setting of Parley's/],
    ] as const)
      expect(alarms(wrong)).toMatch(named);
  });
  it("[CL11] plain HTTP is for this machine, a proxy on it, or a network that was said to be closed", () => {
    const web = (settings: object) => readConfig(JSON.stringify({ web: settings }));
    expect(web({ origin: "http://northmark.localhost:1", host: "127.0.0.1" }).ok).toBe(true);
    expect(web({ origin: "http://[::1]:1", host: "::1" }).ok).toBe(true);
    expect(web({ origin: "https://desk.example", host: "127.0.0.1" }).ok).toBe(true);
    expect(web({ host: "10.0.0.1", plainHttp: "closedNetwork" }).ok).toBe(true);
    for (const wrong of [
      { origin: "http://desk.example" },
      { origin: "http://localhost.example:1" },
      { host: "0.0.0.0" },
      { origin: "https://desk.example", host: "::" },
      { origin: "http://desk.example", host: "10.0.0.1", plainHttp: "closedNetwork" },
    ])
      expect(web(wrong)).toMatchObject({ ok: false, error: { code: "WEB_PLAIN_HTTP" } });
  });
  it("a certificate without its key, or with a plain origin, is refused", () => {
    for (const web of [{ certificate: "a.pem" }, { certificate: "a.pem", key: "b.pem" }])
      expect(readConfig(JSON.stringify({ web }))).toMatchObject({ ok: false, error: { code: "CONFIG_WRONG" } });
  });
  it("the schema for editors says the same as the reader, setting by setting", () => {
    const schema = JSON.stringify(configJsonSchema());
    for (const name of Object.keys(readConfig("{}").ok ? configSchema.shape : {}))
      expect(schema).toContain(`"${name}"`);
    expect(schema).toContain('"additionalProperties":false');
  });
});
