import { describe, expect, test } from "@jest/globals";
import { ClientAddresses, readEnv, readTrustedProxies } from "@roomcast/service";

const warnings: unknown[] = [];
const addresses = (trusted: string[]) =>
  new ClientAddresses(trusted, { warn: (...line: unknown[]) => void warnings.push(line) });
const request = (remoteAddress: string | undefined, forwarded?: string) => ({
  socket: { remoteAddress: remoteAddress as string },
  headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
});

describe("the address that a request counts for", () => {
  test.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
    ["::1", "::/64"],
  ])("of the peer %s is %s", (peer, key) => {
    expect(addresses([]).of(request(peer))).toBe(key);
  });

  test.each([
    ["198.51.100.1", "198.51.100.1"],
    ["198.51.100.1:4711", "198.51.100.1"],
    ["[2001:db8::1]:443", "2001:db8::/64"],
    ["[2001:db8::1]", "2001:db8::/64"],
    ["::ffff:198.51.100.1", "198.51.100.1"],
    ["6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"],
    ["198.51.100.1, junk", "10.0.0.1"],
    ["unknown", "10.0.0.1"],
    ["", "10.0.0.1"],
    ["1", "10.0.0.1"],
    ["0x7f.1", "10.0.0.1"],
    ["999.1.1.1", "10.0.0.1"],
    ["[", "10.0.0.1"],
    ["junk, 10.0.0.2", "10.0.0.2"],
    [`${"9,".repeat(5_000)}198.51.100.1`, "198.51.100.1"],
  ])("of a trusted proxy that writes %j is %s", (forwarded, key) => {
    expect(addresses(["10.0.0.0/8"]).of(request("::ffff:10.0.0.1", forwarded))).toBe(key);
  });

  test("is not what an untrusted peer writes, and that is warned of once", () => {
    const one = addresses(["10.0.0.0/8"]);
    warnings.length = 0;
    for (const spoofed of ["1.1.1.1", "2.2.2.2"])
      expect(one.of(request("203.0.113.7", spoofed))).toBe("203.0.113.7");
    expect(warnings).toHaveLength(1);
    expect(JSON.stringify(warnings)).toContain("TRUSTED_PROXIES");
  });

  test("is unknown once the connection is gone", () => {
    expect(addresses([]).of(request(undefined, "1.1.1.1"))).toBeUndefined();
  });
});

describe("TRUSTED_PROXIES", () => {
  const read = (text?: string) =>
    readEnv(text === undefined ? {} : { TRUSTED_PROXIES: text }, readTrustedProxies);

  test("is none by default, and takes names, addresses and ranges", () => {
    expect(read()).toEqual([]);
    expect(read("loopback, 10.0.0.0/8,fd00::/8")).toEqual(["loopback", "10.0.0.0/8", "fd00::/8"]);
  });

  test.each(["nginx", "10.0.0.0/40", "10.0.0"])("%s is refused with what to write", (text) => {
    expect(() => read(text)).toThrow("TRUSTED_PROXIES cannot be used");
  });
});
