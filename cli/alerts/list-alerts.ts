import { z } from "zod";
import { askApi } from "#cli/api-client.ts";
import { type CommonOptions, screenOf } from "#cli/common-options.ts";

export interface ListOptions extends CommonOptions {
  readonly kind: readonly string[];
  readonly state: readonly string[];
  readonly receiver: readonly string[];
  readonly limit: number;
  readonly cursor?: string;
  readonly url?: string;
}

const Alert = z.looseObject({
  ...{ alert_id: z.string(), episode: z.int(), kind: z.string(), state: z.string() },
  ...{ labels: z.record(z.string(), z.string()), details: z.record(z.string(), z.string()) },
  ...{ receivers: z.array(z.string()), fired_at: z.string(), resolved_at: z.string().nullable() },
});
const Alerts = z.looseObject({ alerts: z.array(Alert), next_cursor: z.string().nullable() });

/** Alerts on record, newest first. */
export async function listAlerts(options: ListOptions): Promise<void> {
  const { kind, state, limit, cursor, url } = options;
  const params = { kind, state, limit: String(limit), cursor };
  const answer = Alerts.parse(await askApi("/v1/alerts", params, { url }));
  const screen = screenOf(options);
  screen.table(
    answer,
    [
      { title: "fired at", text: ({ fired_at }: z.output<typeof Alert>) => fired_at },
      { title: "state", text: ({ state: now }) => now },
      { title: "ended at", text: ({ resolved_at }) => resolved_at ?? "-" },
      { title: "kind", text: (alert) => alert.kind },
      { title: "about", text: ({ labels }) => pairs(labels) },
      { title: "details", text: ({ details }) => pairs(details) },
      { title: "receivers", text: ({ receivers }) => receivers.join(", ") || "nobody" },
    ],
    answer.alerts,
  );
  sayMore(options, answer.next_cursor);
}

/** Where a list ends early, how to go on. */
export function sayMore(options: CommonOptions, cursor: string | null): void {
  if (cursor !== null) screenOf(options).say(`There are more: the same with --cursor ${cursor}`);
}

function pairs(texts: Readonly<Record<string, string>>): string {
  const shown = Object.entries(texts).map(([name, value]) => `${name}=${value}`);
  return shown.join(" ") || "-";
}
