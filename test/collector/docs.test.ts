import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { makeCollector } from "#test/collector/support.ts";

test("the examples in docs/collector.md do what the page says", async () => {
  const page = readFileSync("docs/collector.md", "utf8");
  const examples = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");
  expect(examples).toHaveLength(2);
  const collector = await makeCollector();
  const env = {
    ...process.env,
    COLLECTOR: collector.url,
    KEY: collector.tokens.litellm,
    EVENTS_KEY: collector.tokens.ours,
  };
  const answers: unknown[] = [];
  for (const example of examples) {
    const { stdout } = await promisify(execFile)("sh", ["-c", example], { env });
    answers.push(JSON.parse(stdout));
  }
  expect(answers).toEqual([
    { taken: 2 },
    {
      accepted: 1,
      rejected: 0,
      results: [{ index: 0, status: "accepted", event_id: expect.stringMatching(/^[0-9a-f]{32}$/) }],
    },
  ]);
  expect(await collector.records()).toHaveLength(3);
});
