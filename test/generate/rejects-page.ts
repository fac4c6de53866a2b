import { REJECT_REASON_TEXT, REJECT_REASONS } from "#core/reject-reason.ts";

/** docs/rejects.md: one heading a reason, so that a link from a metric or a row lands on it. */
export function rejectsPage(): string {
  const sections = REJECT_REASONS.map((reason) => `## ${reason}\n\n${REJECT_REASON_TEXT[reason]}`);
  return `${[HEAD, ...sections].join("\n\n")}\n`;
}

const HEAD = `<!-- Generated from core/reject-reason.ts by \`npm run generate\`; changes belong there. -->
# Rejects

A record that cannot be understood becomes a reject. It never stops the others, and it is never dropped: it stands
in \`records_v1\` with \`outcome = 'rejected'\`, its reason, a detail that names the field, and its scrubbed bytes, and
in the topic \`spendtrail.rejects\`. Once the cause is mended it can be taken in again from those bytes.

\`\`\`sql
SELECT reject_reason, source, count(), any(reject_detail) FROM records_v1 FINAL
WHERE outcome = 'rejected' GROUP BY reject_reason, source ORDER BY count() DESC
\`\`\`

Details name fields and positions, never values. What is kept of a record that is no JSON is its first 64 KiB,
with credentials and content cut out.`;
