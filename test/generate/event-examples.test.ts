import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readCloudEvents } from "#core/cloudevents.ts";

const page = readFileSync("docs/events.md", "utf8");
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(
    (match) => match[1] ?? "",
  );
const headersOf = (block: string) =>
  new Map(
    block
      .trim()
      .split("\n")
      .map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
  );
const NONE = new Map<string, string>();

test("the examples of docs/events.md are taken in, and both modes give the same event", () => {
  const [structured = "", data = "", batch = ""] = blocks("json");
  const [kafka = "", http = ""] = blocks("text");
  const [expected] = readCloudEvents(JSON.parse(structured), NONE, "application/cloudevents+json");
  expect(expected).toMatchObject({ ok: true });
  for (const headers of [headersOf(kafka), headersOf(http)]) {
    const [event] = readCloudEvents(JSON.parse(data), headers, headers.get("content-type") ?? null);
    expect(event).toEqual({
      ok: true,
      value: { ...(expected?.ok ? expected.value : {}), datacontenttype: undefined },
    });
  }
  const outcomes = readCloudEvents(JSON.parse(batch), NONE, "application/cloudevents-batch+json");
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, true]);
  expect(outcomes[1]).toEqual(expected);
});
