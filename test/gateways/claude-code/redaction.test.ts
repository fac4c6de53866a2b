import { expect, test } from "vitest";
import { redactionFor } from "#core/adapter.ts";
import { redact } from "#core/redaction.ts";
import { context } from "#test/gateways/claude-code/support.ts";
import { adapterOf, fixture, type Json } from "#test/gateways/support.ts";

const person = () => `u_${"0".repeat(32)}`;

function stored(record: Json, content: "drop" | "keep" = "drop"): string {
  const { source } = context({ content });
  return redact(JSON.stringify(record), redactionFor(adapterOf("claude-code"), source), person);
}

/** An audit event with one more attribute, as Claude Code writes it once it is told to hide nothing. */
function holding(name: string, value: unknown): Json {
  const record = fixture("claude-code-auth");
  return { ...record, attributes: { ...(record["attributes"] as Json), [name]: value } };
}

test.each([
  "prompt",
  "user_prompt",
  "response",
  "body",
  "body_ref",
  "error",
  "error_message",
  "tool_parameters",
  "tool_input",
  "new_context",
  "system_reminders",
  "system_prompt_preview",
  "response.model_output",
  "hook_definitions",
  "file_path",
  "full_command",
  "bash_command",
  "workspace.host_paths",
])("%s is content", (name) => {
  expect(stored(holding(name, "rank the shop"))).not.toContain("rank the shop");
  expect(stored(holding(name, ["rank the shop"]))).not.toContain("rank the shop");
});

test.each(["user.email", "user.id", "user.account_uuid", "user.account_id", "host.name", "process.owner"])(
  "%s is a person, in a record and in its resource",
  (name) => {
    const record = holding(name, "noor-at-the-shop");
    const resource = { ...(record["resource"] as Json), [name]: "noor-at-the-shop" };
    expect(stored({ ...record, resource }, "keep")).not.toContain("noor-at-the-shop");
  },
);

test("content stays where the source keeps it", () => {
  expect(stored(fixture("claude-code-user-prompt"), "keep")).toContain("what does the ranker do");
});

test("what the adapter reads is stored as it came", () => {
  const { attributes } = JSON.parse(stored(fixture("claude-code-tool-decision"))) as { attributes: Json };
  expect(attributes).toMatchObject({ tool_name: "Bash", decision: "reject", source: "user_reject" });
});
