import type { Json } from "#test/gateways/support.ts";

/** In every planted secret, and in nothing else. */
export const CANARY = "cAn4ry7c1e";

const KEY = `sk-ant-api03-${CANARY}-AbCdEf0123456789AbCdEf0123456789`;
const JWT = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIke${CANARY}0In0.c2lnbmF0dXJl${CANARY}Zm9vYmFyYmF6`;
const PEM = `-----BEGIN PRIVATE KEY-----\nMIIE${CANARY}\n-----END PRIVATE KEY-----`;

const HEADERS: Json = {
  Authorization: `Bearer ${KEY}`,
  "X-API-KEY": CANARY,
  Cookie: `session=${CANARY}`,
  "set-cookie": [`a=${CANARY}`],
  "X-Amz-Security-Token": CANARY,
  "x-goog-api-key": CANARY,
  "proxy-authorization": `Basic ${CANARY}`,
};

/** A record as it would be if secrets lay about in it: by name, by shape, deep, as JSON in a string, cut off, in a key. */
export function planted(record: Json): readonly string[] {
  const everywhere = {
    ...record,
    spare: { headers: HEADERS, list: [{ headers: HEADERS }], note: `${KEY} ${JWT}`, pem: PEM },
  };
  const text = JSON.stringify({ ...everywhere, [KEY]: JWT });
  return [
    text,
    JSON.stringify({
      ...record,
      wrapped: JSON.stringify({ deep: JSON.stringify({ headers: HEADERS, password: CANARY }) }),
    }),
    // Rejects are kept as well: no JSON, and JSON of the wrong kind.
    text.slice(0, -20),
    JSON.stringify({ headers: HEADERS, api_key: KEY, secret: CANARY, access_token: CANARY }),
  ];
}
