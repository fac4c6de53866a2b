import { addKeyValue } from "#gateways/otlp/attributes.ts";
import type { Collect, OtlpSignal, WantedSignal } from "#gateways/otlp/decode.ts";
import { logMembers, logText } from "#gateways/otlp/logs.ts";
import { ObjectText, objectText } from "#gateways/otlp/object-text.ts";
import { OtlpFault } from "#gateways/otlp/otlp-fault.ts";
import { textOrNone } from "#gateways/otlp/scalar-text.ts";
import { signalOf } from "#gateways/otlp/signal-of.ts";
import { spanMembers, spanText } from "#gateways/otlp/traces.ts";
import { WireReader } from "#gateways/otlp/wire-reader.ts";

/** `instrumentation_library_logs` and `_spans` of OTLP before 0.15 (2022): the same shape under another number. */
const OLD_SCOPES = 1000;

/**
 * The elements of an Export…ServiceRequest or …Data message. Their texts are Latin-1, one character a byte of what
 * came, so bytes that are no UTF-8 reach the element's own reader as they are.
 * @throws OtlpFault
 */
export function elementsFromProto(bytes: Buffer, wanted: WantedSignal, collect: Collect): void {
  const signal = wanted === "either" ? signalOf(bytes) : wanted;
  const message = new WireReader(bytes);
  let groups = 0;
  while (message.next()) {
    if (message.field !== 1) message.skip();
    else {
      readGroup(message.message(), signal ?? "logs", signal === null ? refuse : collect);
      groups++;
    }
  }
  if (bytes.length > 0 && groups === 0) {
    throw new OtlpFault("not_otlp", "is no OTLP message: field 1, the resources, is not there");
  }
}

/** Takes no record of a message that shows neither logs nor spans. */
function refuse(): never {
  throw new OtlpFault("not_otlp", "is no OTLP message of which can be told whether it holds logs or spans");
}

/** `ResourceLogs` or `ResourceSpans`. Its resource may stand behind what it holds for, so that is read afterwards. */
function readGroup(group: WireReader, signal: OtlpSignal, collect: Collect): void {
  const attributes = new ObjectText();
  const scopes: WireReader[] = [];
  while (group.next()) {
    if (group.field === 1) addAttributes(group.message(), 1, attributes);
    else if (group.field === 2 || group.field === OLD_SCOPES) scopes.push(group.message());
    else group.skip();
  }
  const resource = attributes.text();
  for (const scope of scopes) readScope(scope, resource, signal, collect);
}

function readScope(group: WireReader, resource: string, signal: OtlpSignal, collect: Collect): void {
  let scope = NO_SCOPE;
  const items: WireReader[] = [];
  while (group.next()) {
    if (group.field === 1) scope = scopeText(group.message());
    else if (group.field === 2) items.push(group.message());
    else group.skip();
  }
  for (const item of items) {
    const text =
      signal === "logs"
        ? logText(resource, scope, logMembers(item))
        : spanText(resource, scope, spanMembers(item));
    collect(text, "latin1");
  }
}

export const NO_SCOPE = '{"attributes":{}}';

function scopeText(scope: WireReader): string {
  const attributes = new ObjectText();
  let name: string | null = null;
  let version: string | null = null;
  while (scope.next()) {
    if (scope.field === 1) name = textOrNone(scope.latin1());
    else if (scope.field === 2) version = textOrNone(scope.latin1());
    else if (scope.field === 3) addKeyValue(scope.message(), attributes);
    else scope.skip();
  }
  return objectText({ name, version, attributes: attributes.text() });
}

function addAttributes(message: WireReader, field: number, into: ObjectText): void {
  while (message.next()) {
    if (message.field === field) addKeyValue(message.message(), into);
    else message.skip();
  }
}
