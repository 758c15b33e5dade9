import { describe, expect, test } from "@jest/globals";
import { AllowedOrigins, ConfigError, readCorsOrigins, readEnv } from "@roomcast/service";

const read = (text: string) => readEnv({ CORS_ORIGINS: text }, readCorsOrigins);

describe("CORS_ORIGINS", () => {
  test.each([
    "https://a.example/",
    "https://a.example/path",
    "https://a.example?x",
    "https://user@a.example",
    "https://exa mple",
    "https://a..example:99999",
    "https://",
    "https:a.example",
    "https://*",
    "https://*.com",
    "https://a.*.example.com",
    "https://*a.example.com",
    "*.example.com",
    "a.example.com",
    "file:///home",
  ])("refuses %s, which could match no page, and says what to write", (text) => {
    expect(() => read(text)).toThrow(ConfigError);
    expect(() => read(text)).toThrow(/CORS_ORIGINS .*https:\/\/app\.example\.com/);
  });

  test.each([
    ["https://App.Example.com", "https://app.example.com"],
    ["https://shop.example.com:443", "https://shop.example.com"],
    ["http://plain.example.com:80", "http://plain.example.com"],
    ["https://m\u00fcnchen.example", "https://xn--mnchen-3ya.example"],
    ["http://[::1]:3000", "http://[0:0:0:0:0:0:0:1]:3000"],
    ["capacitor://localhost", "capacitor://localhost"],
    ["ionic://localhost", "ionic://localhost"],
    ["chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop"],
    ["file://", "file://"],
    ["null", "null"],
    ["https://*.example.com", "https://a.b.example.com"],
    ["HTTPS://*.Example.com:443", "https://a.example.com"],
    ["https://*.example.com:8443", "https://a.example.com:8443"],
    ["*", "https://anything.example"],
  ])("%s lets %s in", (item, origin) => {
    expect(new AllowedOrigins(read(item)).allows(origin)).toBe(true);
  });

  test.each([
    ["https://*.example.com", "https://example.com"],
    ["https://*.example.com", "https://.example.com"],
    ["https://*.example.com", "http://a.example.com"],
    ["https://*.example.com", "https://a.example.com:8443"],
    ["https://*.example.com", "https://a.example.com.evil.com"],
    ["https://*.example.com", "https://evil.com/.example.com"],
    ["https://example.com", "https://example.com."],
    ["file://", "null"],
    ["capacitor://localhost", "ionic://localhost"],
  ])("%s does not let %s in", (item, origin) => {
    expect(new AllowedOrigins(read(item)).allows(origin)).toBe(false);
  });

  test("`*` lets all in and names none, so that none may send credentials", () => {
    expect(new AllowedOrigins(["*"]).names("https://a.example")).toBe(false);
  });
});
