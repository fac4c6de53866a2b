import type { AnthropicCounts } from "#gateways/anthropic/counts.ts";
import type { Iterations } from "#gateways/anthropic/iterations.ts";
import type { FieldReader } from "#gateways/field-reader.ts";

/**
 * What the model that answered consumed, of the top level and of the iterations that it sums up. The two must agree:
 * the top level is "the sum of all non-compaction iterations" (Anthropic, "Compaction"). With the advisor tool its
 * output is still the sum, while its input may be that of the first iteration alone ("Advisor tool", usage and billing);
 * each iteration is billed, so the sum counts. Where an item is partial, as Claude Code logs them
 * (`{"type":"message","input_tokens":2}`), only the top level can count.
 */
export function ownCounts(
  top: AnthropicCounts,
  iterations: Iterations,
  fields: FieldReader,
): AnthropicCounts {
  const own = iterations.own.map(({ counts }) => counts);
  if (!isWhole(iterations)) return top;
  const mayBeFirst = iterations.apart.some(({ kind }) => kind === "advisor_message");
  const reconciled = (name: "input" | "read" | "write" | "output") => {
    const [stated, sum] = [top[name], sumOf(own.map((counts) => counts[name]))];
    if (stated === null || sum === null || stated === sum) return sum ?? stated;
    if (mayBeFirst && name !== "output" && stated === own[0]?.[name]) return sum;
    return fields.fail(
      "meters_contradict",
      `usage states ${stated} tokens of ${name}, and its iterations are ${sum} in all`,
    );
  };
  const isSplit = own.every(({ write, write5m, write1h }) => write === 0 || (write5m ?? write1h) !== null);
  const split = (name: "write5m" | "write1h") =>
    isSplit && own.some((counts) => counts[name] !== null)
      ? own.reduce((sum, counts) => sum + (counts[name] ?? 0), 0)
      : top[name];
  return {
    input: reconciled("input"),
    read: reconciled("read"),
    write: reconciled("write"),
    output: reconciled("output"),
    write5m: split("write5m"),
    write1h: split("write1h"),
  };
}

/** Whether the iterations of the model that answered are all there with both of their sides. */
export function isWhole({ own }: Iterations): boolean {
  return own.length > 0 && own.every(({ counts }) => counts.input !== null && counts.output !== null);
}

function sumOf(counts: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const count of counts) {
    if (count === null) return null;
    sum += count;
  }
  return sum;
}
