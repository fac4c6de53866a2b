import {
  AUDIT_EXAMPLE,
  binaryHeaders,
  REQUEST_EXAMPLE,
  RESPONSE_EXAMPLE,
} from "#test/generate/event-examples.ts";
import { EVENT_GROUPS } from "#test/generate/event-groups.ts";
import { eventSchema, type JsonSchema } from "#test/generate/event-schema.ts";
import { fieldTable } from "#test/generate/field-table.ts";

/** docs/events.md: the contract with every field, from the same zod schema that takes events in. */
export function eventsPage(): string {
  const [request, response, audit] = eventSchema().oneOf ?? [];
  if (request === undefined || response === undefined || audit === undefined)
    throw new Error("the schema has no three kinds of event");
  return `${[INTRODUCTION, envelope(response), data(request, response), meters(response), audits(response, audit), TIMES, examples()].join("\n\n")}\n`;
}

const INTRODUCTION = `<!-- Generated from core/event.ts, core/event-data.ts and core/meters.ts by \`npm run generate\`; changes belong there. -->
# Events, version 1

One call of a model is a response event; a gateway that also reports when a call begins sends a request event
before it. A response stands alone: it says again what its request said. What happens beside the calls (a key made, a
caller refused, a tool allowed) is an audit event. Events are CloudEvents 1.0; the same as a
JSON Schema: [event-v1.schema.json](event-v1.schema.json).

**Identity** is CloudEvents' \`source\` and \`id\` together, compared exactly. The same pair again is the same event
and is counted once, whenever and through whichever door it comes. A request and its response are two events and
need two ids; two attempts of one call are two events too, and share a \`call_id\`.

**Strictness.** Unknown fields in \`data\` are refused by name, because a mistyped meter would lose money in silence;
unknown attributes of the envelope are CloudEvents extensions and pass. What is refused becomes a
[reject](rejects.md) with a reason and loses nothing else.`;

function envelope(event: JsonSchema): string {
  const { data: _, ...attributes } = event.properties ?? {};
  const type = {
    ...attributes["type"],
    description: "`spendtrail.request.v1`, `spendtrail.response.v1` or `spendtrail.audit.v1`.",
    const: undefined,
  };
  return `## Envelope\n\n${fieldTable({ ...attributes, type }, event.required ?? [])}`;
}

function data(request: JsonSchema, response: JsonSchema): string {
  const inRequest = request.properties?.["data"]?.properties ?? {};
  const fields = response.properties?.["data"]?.properties ?? {};
  const required = response.properties?.["data"]?.required ?? [];
  const grouped = new Set(EVENT_GROUPS.flatMap(({ names }) => names));
  const forgotten = Object.keys(fields).filter((name) => !grouped.has(name));
  if (forgotten.length > 0) throw new Error(`event-groups.ts lacks ${forgotten.join(", ")}`);
  const sections = EVENT_GROUPS.map(({ title, text, names }) => {
    const picked = names.map((name) => [name, fields[name] ?? missing(name)] as const);
    const only = names.filter((name) => !(name in inRequest));
    const note =
      only.length === 0 ? "" : `\n\nOnly in a response: ${only.map((name) => `\`${name}\``).join(", ")}.`;
    return `### ${title}\n\n${text}\n\n${fieldTable(Object.fromEntries(picked), required)}${note}`;
  });
  return `## Data\n\nA field that is not required may be left out or null: both mean that it is not known. One with a default\n(\`else …\`) may be left out and is never null.\n\n${sections.join("\n\n")}`;
}

function meters(response: JsonSchema): string {
  const schema = response.properties?.["data"]?.properties?.["meters"];
  if (schema === undefined) throw new Error("a response has no meters");
  return `## Meters

${schema.description ?? ""} Each token is counted in exactly one meter, so a bill is the plain sum of meter times
rate. \`thinking_tokens\` is the one exception: a part of \`output_tokens\`, shown and never added. A gateway whose
input count includes cached tokens subtracts them before it sends.

${fieldTable(schema.properties ?? {}, schema.required ?? [])}

An entry of \`other\`:

${fieldTable(schema.properties?.["other"]?.items?.properties ?? {}, schema.properties?.["other"]?.items?.required ?? [])}

### Parts of a call

A provider may run several models to answer once (an advisor, a fallback), or shorten the conversation before it
answers (compaction). Each such part has its own meters and its own model, and is rated by itself. The response's
\`meters\` are without them: a call consumed the sum, and is counted once. An entry of \`parts\`:

${fieldTable(response.properties?.["data"]?.properties?.["parts"]?.items?.properties ?? {}, response.properties?.["data"]?.properties?.["parts"]?.items?.required ?? [])}`;
}

function audits(response: JsonSchema, audit: JsonSchema): string {
  const inResponse = response.properties?.["data"]?.properties ?? {};
  const { properties = {}, required = [] } = audit.properties?.["data"] ?? {};
  const own = Object.fromEntries(Object.entries(properties).filter(([name]) => !(name in inResponse)));
  const left = Object.keys(inResponse).filter((name) => !(name in properties));
  return `## Audit events

An audit event consumes nothing and is never counted as a call. It has the fields of a response but ${left.map((name) => `\`${name}\``).join(", ")};
\`platform\` and \`outcome\` may be left out. A response that asked no model (counting tokens, listing models, a
probe) is stored as one, with the operation as its action. Of its own it has:

${fieldTable(own, required)}`;
}

const TIMES = `## Times

\`time\` and \`data.started_at\` are the same moment, when the call began. One of them may be left out and is taken
from the other; if both stand and differ, the event is refused. In the stored event every time is UTC with three
decimals; taken in is ISO 8601 with \`Z\` or an offset up to 14:00 (without a zone it is UTC), and epoch numbers in
seconds (with a fraction), milliseconds, microseconds or nanoseconds, as numbers or text. 24:00:00 is the start of
the next day; a leap second becomes 23:59:59.999; digits beyond the millisecond are cut. Refused: a date alone, days
that do not exist, and anything outside 2001-09-09 to 2106-02-07.

A time more than five minutes ahead of Kafka's append time is kept, flagged, and the append time counts instead.
Old is not suspect: history can be imported.`;

function examples(): string {
  const headers = (prefix: "ce_" | "ce-") =>
    binaryHeaders(prefix)
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n");
  const block = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``;
  const json = (value: unknown) => JSON.stringify(value, null, 2);
  return `## Examples

Structured, on Kafka or over HTTP, with the content type \`application/cloudevents+json\`:

${block("json", json(RESPONSE_EXAMPLE))}

Binary on Kafka: attributes as headers, data alone as the value.

${block("text", headers("ce_"))}

${block("json", json(RESPONSE_EXAMPLE.data))}

Binary over HTTP (values percent-encoded where they are not plain ASCII), with the same body:

${block("text", headers("ce-"))}

A batch, over HTTP only, with the content type \`application/cloudevents-batch+json\`; each element has its own answer:

${block("json", json([REQUEST_EXAMPLE, RESPONSE_EXAMPLE, AUDIT_EXAMPLE]))}`;
}

function missing(name: string): never {
  throw new Error(`event-groups.ts names ${name}, which the contract does not have`);
}
