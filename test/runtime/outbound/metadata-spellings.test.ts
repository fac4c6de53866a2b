import { describe, expect, test } from "vitest";
import { ReceiverSetting, receiverRule } from "#core/settings/receiver.ts";
import { createGuardedPost } from "#runtime/outbound/guarded-post.ts";

const METADATA = "169.254.169.254";
const PATH = "/latest/meta-data/iam/security-credentials/";

/** What is the address itself to a URL, or names that somebody let it be the address of. */
const SPELLINGS = [
  ...["169.254.169.254", "169.254.169.254.", "169.254.43518", "169.16689662", "2852039166", "2852039166."],
  ...[
    "0xa9fea9fe",
    "0xA9FEA9FE",
    "0XA9FEA9FE",
    "0x00000000a9fea9fe",
    "0xa9.0xfe.0xa9.0xfe",
    "0xa9.254.169.254",
  ],
  ...["0xa9.0xfea9fe", "0xa9.0xfe.0xa9fe", "0251.0376.0251.0376", "025177524776", "0251.254.169.254"],
  ...["0000251.000376.000251.000376", "0251.0xfe.43518", "169.0376.0xa9.254", "0xa9.254.0251.0xfe."],
  ...["%31%36%39.254.169.254", "169%2e254%2e169%2e254", "１６９.254.169.254", "①⑥⑨.254.169.254"],
  ...[
    "169。254。169。254",
    "169．254．169．254",
    "169｡254｡169｡254",
    "¹⁶⁹.254.169.254",
    "１６９．２５４．１６９．２５４",
  ],
  ...["[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[0:0:0:0:0:ffff:a9fe:a9fe]", "[::FFFF:A9FE:A9FE]"],
  ...["[::169.254.169.254]", "[::a9fe:a9fe]", "[64:ff9b::169.254.169.254]", "[64:ff9b::a9fe:a9fe]"],
  ...["[64:ff9b:1::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "[2002:a9fe:a9fe::1]", "[::ffff:0:a9fe:a9fe]"],
  ...["[2001:0:a9fe:a9fe::1]", "[fd00:ec2::254]", "[fe80::a9fe:a9fe]"],
  ...["169.254.169.254.nip.io", "a9fea9fe.nip.io", "169-254-169-254.sslip.io", "metadata.google.internal"],
  ...[
    "metadata",
    "instance-data.ec2.internal",
    "rebind.example.com",
    "METADATA.EXAMPLE.COM.",
    "xn--meta-9na.example",
  ],
];

/** Every host is at the metadata service for this resolver, and nothing is ever connected to. */
const asked: string[] = [];
const post = createGuardedPost({
  allow: [],
  clock: () => new Date(),
  resolve: async (host) => {
    asked.push(host);
    return host.startsWith("rebind") ? ["93.184.216.34", METADATA] : [METADATA];
  },
});
const send = (url: string) => post({ url, headers: {}, body: "{}" }, new AbortController().signal);

describe(`${SPELLINGS.length} spellings of the metadata service`, () => {
  test("are at least 40, each once", () => {
    expect(new Set(SPELLINGS).size).toBe(SPELLINGS.length);
    expect(SPELLINGS.length).toBeGreaterThanOrEqual(40);
  });

  test.each(SPELLINGS)("%s is refused", async (host) => {
    await expect(send(`https://${host}${PATH}`)).rejects.toMatchObject({ code: "RECEIVER_PLACE_REFUSED" });
  });

  test.each(SPELLINGS)("%s is refused by http and on another port too", async (host) => {
    for (const url of [`http://${host}${PATH}`, `https://${host}:8443${PATH}`, `http://${host}:443${PATH}`])
      await expect(send(url)).rejects.toMatchObject({ code: "RECEIVER_PLACE_REFUSED" });
  });
});

test("an address with a user in it is no receiver and is not sent to", async () => {
  const url = `https://example.com@${METADATA}/`;
  await expect(send(url)).rejects.toThrow("a user");
  const wish = { id: "a", type: "webhook", url, body: "alertmanager" };
  expect(ReceiverSetting.safeParse(wish).success).toBe(false);
});

test.each([
  "ftp://example.com/",
  "file:///etc/passwd",
  "gopher://169.254.169.254:80/_",
  "javascript:alert(1)",
  "https://",
  "example.com",
  "",
  "https://exa mple.com/",
  "https://example.com/#fragment",
])("%j is no receiver's address", (url) => {
  expect(ReceiverSetting.safeParse({ id: "a", type: "alertmanager", url }).success).toBe(false);
});

test("a receiver has one address, and one that is signed for says with what", () => {
  const rule = (wish: object) => receiverRule(new Map(), ReceiverSetting.parse({ id: "a", ...wish }));
  const url = "https://example.com/";
  expect(rule({ type: "webhook", url, secrets: ["one"] })).toBeNull();
  expect(rule({ type: "webhook", url, body: "alertmanager" })).toBeNull();
  expect(rule({ type: "alertmanager", url_secret: "place" })).toBeNull();
  expect(rule({ type: "alertmanager" })).toContain("either url or url_secret");
  expect(rule({ type: "webhook", url, url_secret: "place", secrets: ["one"] })).toContain("either");
  expect(rule({ type: "webhook", url })).toContain("no secret to sign with");
  expect(rule({ type: "webhook", url, secrets: ["one", "one"] })).toContain("twice");
});
