import { expect, test } from "vitest";
import { redact } from "#core/redaction.ts";
import { scrubText } from "#core/redaction-shapes.ts";

const NO_RULES = { credential: [], content: [], person: [] };
const LONG = "a1B2c3D4e5F6g7H8i9J0k1L2m3";

/** One key of each prefix; made up, and joined from parts so that no scanner takes this file for a leak. */
const KEYS: readonly string[] = [
  `sk-${"ant1"}`,
  `sk-${"ABCDEFGHIJKLMNOP"}`,
  ...["AKIA", "ASIA"].map((prefix) => prefix + "ABCDEFGH1234".repeat(2)),
  ...["ABSK", "bedrock-api-key-", "AIza", "ya29.", "GOCSPX-", "1//0"].map((prefix) => prefix + LONG),
  ...["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "hf_", "npm_", "gsk_"].map(
    (prefix) => prefix + LONG,
  ),
  ...["pplx-", "xai-", "r8_", "zpka_", "rk_live_", "sk_live_", "dapi", "xoxa-", "xoxs-"].map(
    (prefix) => prefix + LONG,
  ),
  `eyJ${LONG}.${LONG}.${LONG}`,
  `st_${"abcdefghij12"}_${LONG}`,
];
const SCHEMES = ["Bearer", "bearer", "BEARER", "Basic", "basic", "BASIC"].map(
  (scheme) => `${scheme} ${LONG}`,
);
const PRIVATE = `-----BEGIN EC PRIVATE KEY-----${LONG}`;

const OUTSIDE = ["", " ", ".", "/", ":", "=", "@", "+", ",", "'", "(", "é", "\u2003", "𝒜", "\n", "x "];
const IN_WORD = ["x", "Z", "7", "_", "-", "x-", "a_"];

const isCut = (text: string): boolean => {
  const scrubbed = !scrubText(text).includes(LONG.slice(0, 12)) && scrubText(text) !== text;
  const redacted = redact(JSON.stringify({ n: 1, error: text }), NO_RULES, String);
  expect(redacted, text).toBe(JSON.stringify({ n: 1, error: scrubText(text) }));
  return scrubbed;
};

test.each(KEYS)("%s is seen after anything that ends a word, and within a word it is none", (key) => {
  for (const before of OUTSIDE) expect(isCut(before + key), before).toBe(true);
  for (const before of IN_WORD) expect(scrubText(before + key), before).toBe(before + key);
});

test.each(SCHEMES)("%s is seen after anything but a letter or a digit", (token) => {
  for (const before of [...OUTSIDE, "_", "-", "x-", "a_"]) expect(isCut(before + token), before).toBe(true);
  for (const before of ["x", "Z", "7"]) expect(scrubText(before + token), before).toBe(before + token);
});

test("a private key is seen after anything", () => {
  for (const before of [...OUTSIDE, ...IN_WORD]) expect(isCut(before + PRIVATE), before).toBe(true);
});

test("what follows a credential's name is seen through each way to close and to separate them", () => {
  const names = [
    "authorization",
    "Cookie",
    "x-api-key",
    "apikey",
    "x-goog-iam",
    "auth_token",
    "Client-Secret",
  ];
  const others = ["secret_access_key", "PASSWORD", "passwd", "x-amz-signature", "proxy-authorization"];
  for (const name of [...names, ...others])
    for (const closing of ["", "'", '"', '\\"', "\\\\'"])
      for (const separator of [":", "=", " : ", "        =        "])
        expect(isCut(`set ${name}${closing}${separator}${LONG}`), name + closing + separator).toBe(true);
  for (const name of ["key", "token", "sig", "signature"])
    for (const before of ["?", "&"]) expect(isCut(`h${before}${name}=${LONG}`), name).toBe(true);
  expect(isCut(`https://user:${LONG}@host`)).toBe(true);
  expect(isCut(`redis://:${LONG}`)).toBe(true);
});
