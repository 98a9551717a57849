import { describe, expect, it } from "vitest";
import { asksCreation, asksRequest } from "./passkeyOptions.ts";

const creation = {
  rp: { name: "Parley", id: "station.example" },
  user: { id: "AAAA", name: "An officer", displayName: "An officer" },
  challenge: "AAAA",
  pubKeyCredParams: [{ type: "public-key", alg: -8 }],
  timeout: 60_000,
  attestation: "none",
  excludeCredentials: [{ type: "public-key", id: "AAAA", transports: ["usb"] }],
  extensions: { credProps: true },
};
const request = { challenge: "AAAA", rpId: "station.example", userVerification: "required" };

describe("what a station asks of a passkey", () => {
  it("is told from what lacks a field that has no default", () => {
    expect(asksCreation(creation)).toBe(true);
    for (const field of ["rp", "user", "challenge", "pubKeyCredParams"])
      expect(asksCreation({ ...creation, [field]: undefined }), field).toBe(false);
    expect(asksRequest(request)).toBe(true);
    expect(asksRequest({ ...request, challenge: undefined })).toBe(false);
  });

  it("is told from what names no credentials where it lists some", () => {
    expect(asksCreation({ ...creation, excludeCredentials: ["AAAA"] })).toBe(false);
    expect(asksRequest({ ...request, allowCredentials: [{ id: "AAAA" }] })).toBe(false);
    expect(asksRequest({ ...request, allowCredentials: [{ type: "public-key", id: "AAAA" }] })).toBe(true);
  });
});
