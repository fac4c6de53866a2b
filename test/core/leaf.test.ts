import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { leafHash } from "#core/leaf.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const POSITION = {
  topic: "spendtrail.records",
  partition: 3,
  offset: 2n ** 53n + 1n,
  appendTimeMs: 1787297600123,
  element: 2,
};
const HASHES = { receivedSha256: sha256("a"), storedSha256: sha256("b"), rowsSha256: sha256("c") };

describe("a leaf", () => {
  test("is the hash of its encoding as docs and verifiers in other languages can make it", () => {
    const hex = Buffer.concat([
      Buffer.of(0),
      Buffer.from("spendtrail.leaf.v1\n"),
      Buffer.from("00000012" + "00000003" + "0020000000000001" + "000001a0233d127b" + "00000002", "hex"),
      Buffer.from("spendtrail.records"),
      Buffer.from(HASHES.receivedSha256 + HASHES.storedSha256 + HASHES.rowsSha256, "hex"),
    ]);
    expect(leafHash(POSITION, HASHES)).toBe(createHash("sha256").update(hex).digest("hex"));
  });

  test("changes with every part of the position and every hash", () => {
    const others = [
      leafHash({ ...POSITION, topic: "spendtrail.record" }, HASHES),
      leafHash({ ...POSITION, partition: 4 }, HASHES),
      leafHash({ ...POSITION, offset: 2n ** 53n }, HASHES),
      leafHash({ ...POSITION, appendTimeMs: -1 }, HASHES),
      leafHash({ ...POSITION, element: 3 }, HASHES),
      leafHash(POSITION, { ...HASHES, receivedSha256: sha256("x") }),
      leafHash(POSITION, { ...HASHES, storedSha256: sha256("x") }),
      leafHash(POSITION, { ...HASHES, rowsSha256: sha256("x") }),
      leafHash(POSITION, {
        ...HASHES,
        receivedSha256: HASHES.storedSha256,
        storedSha256: HASHES.receivedSha256,
      }),
    ];
    expect(new Set([leafHash(POSITION, HASHES), ...others]).size).toBe(others.length + 1);
  });

  test("a hash that is none is refused", () => {
    expect(() => leafHash(POSITION, { ...HASHES, rowsSha256: "" })).toThrow("64 hex");
  });
});
