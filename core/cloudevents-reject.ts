import type { z } from "zod";
import { scrubText } from "#core/redaction-shapes.ts";
import type { RejectReason } from "#core/reject-reason.ts";
import { no } from "#core/result.ts";

/** The reason and the sentence for what zod found: the first fault decides, up to five are named. */
export function rejectOf(error: z.ZodError) {
  const issues = error.issues;
  const reason = issues[0] === undefined ? "bad_shape" : reasonOf(issues[0]);
  const more = issues.length > NAMED_MAX ? [`and ${issues.length - NAMED_MAX} more`] : [];
  return no(reason, [...issues.slice(0, NAMED_MAX).map(sentence), ...more].join("; "));
}

const NAMED_MAX = 5;

function reasonOf(issue: z.core.$ZodIssue): RejectReason {
  const [root, group, field] = issue.path;
  if (issue.code === "unrecognized_keys") return "bad_shape";
  if (root === "id" || root === "source") return "bad_identity";
  if (root === "time" || TIMES.has(String(group))) return "bad_time";
  if (group === "gateway_cost" && field === "currency") return "bad_currency";
  if (NUMBERS.has(String(group)) && issue.path.length > 2) return "bad_number";
  if (group === "attempt" || group === "http_status" || group === "gateway_overhead_us") return "bad_number";
  return "bad_shape";
}

const TIMES = new Set(["started_at", "first_token_at", "ended_at"]);
const NUMBERS = new Set(["meters", "gateway_cost"]);

/** `data.meters.output_tokens: …`; names of unknown fields are shown, values never are. */
function sentence(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join(".") || "the event";
  if (issue.code !== "unrecognized_keys") return `${path}: ${issue.message}`;
  return `${path}: unknown field ${issue.keys.map((key) => JSON.stringify(scrubText(key).slice(0, 64))).join(", ")}`;
}
