import { expect, test } from "vitest";
import { createRandom } from "#cli/demo/random.ts";
import { decodeOtlp } from "#gateways/otlp/decode.ts";
import { encodeProto } from "#test/gateways/otlp/encode-proto.ts";
import { randomRequest } from "#test/gateways/otlp/random-request.ts";

const CASES = 400;

test.each(["logs", "traces"] as const)(
  "random requests of %s give the same bytes as protobuf and as JSON, and each time again",
  (signal) => {
    const random = createRandom(20_261_123);
    let seen = 0;
    for (let at = 0; at < CASES; at++) {
      const request = randomRequest(random, signal);
      const proto = decodeOtlp(encodeProto(request, signal), signal, "proto");
      const json = decodeOtlp(Buffer.from(JSON.stringify(request)), signal, "json");
      const again = decodeOtlp(encodeProto(request, signal), signal, "proto");
      if (!proto.ok || !json.ok)
        throw new Error(`${JSON.stringify({ proto, json })} of ${JSON.stringify(request)}`);
      expect(proto.value.map(String), JSON.stringify(request)).toEqual(json.value.map(String));
      expect(again).toEqual(proto);
      seen += proto.value.length;
    }
    expect(seen).toBeGreaterThan(CASES);
  },
);

test.each(["logs", "traces"] as const)(
  "of mutated %s nothing but a result comes, within its bound",
  (signal) => {
    const random = createRandom(7);
    for (let at = 0; at < 2_000; at++) {
      const bytes = encodeProto(randomRequest(random, signal), signal);
      for (let change = random.whole(1, 4); change > 0 && bytes.length > 0; change--) {
        bytes[random.whole(0, bytes.length - 1)] = random.whole(0, 255);
      }
      const cut = bytes.subarray(0, random.whole(0, bytes.length));
      for (const candidate of [bytes, cut]) {
        const result = decodeOtlp(candidate, signal, "proto");
        if (!result.ok) expect(["not_otlp", "json_too_deep"]).toContain(result.reason);
        else for (const element of result.value) expect(element[0]).toBe(0x7b);
      }
    }
  },
);
