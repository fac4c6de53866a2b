import { z } from "zod";
import { no, ok, type Result } from "#core/result.ts";
import { type ImportPlan, planImport } from "#core/settings/import-plan.ts";
import { SplitRuleSetting, splitRuleRule } from "#core/settings/split-rule.ts";
import type { SettingsState } from "#core/settings/state.ts";
import { readTable, type TableRow } from "#core/table/read-table.ts";

/** Columns of a file of split rules: a line a part, the rule's own cells repeated. */
export const SPLIT_RULE_COLUMNS = ["id", "method", "by", "name", "weight", "note"] as const;

const Line = z.object({
  id: SplitRuleSetting.shape.id,
  method: SplitRuleSetting.shape.method,
  by: SplitRuleSetting.shape.by,
  name: z.string().optional(),
  weight: z.string().optional(),
  note: z.string().optional(),
});
type Line = z.infer<typeof Line>;

/** Reads the rows of a CSV of split rules. A proportional rule among all is one line without a name. */
export function readSplitRuleRows(rows: readonly TableRow[]): Result<readonly SplitRuleSetting[]> {
  const read = readTable(rows, {
    columns: SPLIT_RULE_COLUMNS,
    needed: ["id", "method", "by"],
    schema: Line,
    fieldsOf: (cell) => Object.fromEntries(SPLIT_RULE_COLUMNS.map((name) => [name, cell(name)])),
  });
  if (!read.ok) return read;
  const rules: SplitRuleSetting[] = [];
  for (const [id, lines] of Map.groupBy(read.value, (line) => line.id)) {
    const rule = ruleOf(lines);
    if (!rule.ok) return no("bad_shape", `split rule ${id}: ${rule.detail}`);
    rules.push(rule.value);
  }
  return ok(rules);
}

function ruleOf(lines: readonly Line[]): Result<SplitRuleSetting> {
  const [first] = lines;
  if (first === undefined) throw new Error("a rule has a line");
  const odd = (["method", "by"] as const).find((name) => lines.some((line) => line[name] !== first[name]));
  if (odd !== undefined) return no("contradicts", `its lines have different values of ${odd}`);
  if (lines.length > 1 && lines.some(({ name }) => name === undefined))
    return no("contradicts", "one of its lines has no name");
  const parts = lines.flatMap(({ name, weight }) => (name === undefined ? [] : [{ name, weight }]));
  const { id, method, by, note } = first;
  const rule = SplitRuleSetting.safeParse({ id, method, by, parts, note });
  if (rule.success) return ok(rule.data);
  const [issue] = rule.error.issues;
  return no("bad_shape", `${issue?.path.join(".")}: ${issue?.message}`);
}

/** What has to come in so that these rules are there. */
export function planSplitRules(
  { splitRules }: Pick<SettingsState, "splitRules">,
  rules: readonly SplitRuleSetting[],
): ImportPlan {
  return planImport("split_rule", splitRules, rules);
}

/** Why these rules must not come in; null when they may. */
export function splitRuleRefusal(
  state: Pick<SettingsState, "splitRules">,
  rules: readonly SplitRuleSetting[],
): string | null {
  for (const { id, after } of planSplitRules(state, rules).changes) {
    const broken = splitRuleRule(after as SplitRuleSetting, state.splitRules.get(id)?.value ?? null);
    if (broken !== null) return broken;
  }
  return null;
}
