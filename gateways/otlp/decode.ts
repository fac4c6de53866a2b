import { ELEMENTS_MAX } from "#core/json/split-elements.ts";
import type { RejectReason } from "#core/reject-reason.ts";
import { no, ok, type Result } from "#core/result.ts";
import { elementsFromJson } from "#gateways/otlp/from-json.ts";
import { elementsFromProto } from "#gateways/otlp/from-proto.ts";
import { OtlpFault } from "#gateways/otlp/otlp-fault.ts";

export type OtlpSignal = "logs" | "traces";
export type OtlpEncoding = "proto" | "json";

/** Takes one element's text. `latin1`: a character is a byte of what came. */
export type Collect = (text: string, encoding: "latin1" | "utf8") => void;

/** A resource is written into each of its elements, so a few megabytes could be made into many gigabytes. */
const ELEMENT_BYTES_MAX = 64 * 1024 * 1024;

/** `either`: what the message itself shows; a Kafka topic is not told apart by an address, as the doors are. */
export type WantedSignal = OtlpSignal | "either";

/**
 * The log records or spans of one OTLP message (an Export…ServiceRequest, or LogsData / TracesData, which are the
 * same on the wire), each as the JSON of one `OtlpElement`. Pure and deterministic: the same message gives the same
 * bytes, and a request gives the same elements in protobuf and in OTLP's JSON. Nothing is judged here: what an
 * exporter wrote into the wrong type is passed on, and the element is a reject by itself.
 * A message without records gives no elements.
 * @param limits bytesMax: what all elements together may take
 */
export function decodeOtlp(
  bytes: Buffer,
  signal: WantedSignal,
  encoding: OtlpEncoding,
  limits: { readonly bytesMax?: number } = {},
): Result<readonly Buffer[], RejectReason> {
  const { bytesMax = ELEMENT_BYTES_MAX } = limits;
  const elements: Buffer[] = [];
  let total = 0;
  const collect: Collect = (text, textEncoding) => {
    if (elements.length === ELEMENTS_MAX) {
      throw new OtlpFault("record_too_large", `holds more than ${ELEMENTS_MAX} elements`);
    }
    const element = Buffer.from(text, textEncoding);
    total += element.length;
    if (total > bytesMax) {
      throw new OtlpFault("record_too_large", `has more than ${bytesMax} bytes once it is taken apart`);
    }
    elements.push(element);
  };
  try {
    if (encoding === "proto") elementsFromProto(bytes, signal, collect);
    else elementsFromJson(bytes, signal, collect);
  } catch (error) {
    if (error instanceof OtlpFault) return no(error.reason, error.message);
    throw error;
  }
  return ok(elements);
}
