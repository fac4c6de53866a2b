import { z } from "zod";
import { askApi } from "#cli/api-client.ts";
import { type CommonOptions, screenOf } from "#cli/common-options.ts";

export interface ListOptions extends CommonOptions {
  readonly runs: number;
  readonly url?: string;
}

const text = z.string().nullable();
const Run = z.looseObject({
  ...{ due_at: z.string(), state: z.string(), attempts: z.int(), file: text, sha256: text },
  ...{ bytes: z.int(), data_reaches_end: z.boolean(), code: text, message: text },
});
const Answer = z.looseObject({
  schedules: z.array(
    z.looseObject({
      id: z.string(),
      value: z.looseObject({
        ...{ export: z.string(), range: z.string(), cron: z.string(), zone: z.string() },
        ...{ destination: z.string(), enabled: z.boolean() },
      }),
      next_due_at: text,
      owner_refused: text,
      runs: z.array(Run),
    }),
  ),
});
type Schedule = z.output<typeof Answer>["schedules"][number];
interface Row {
  readonly schedule: Schedule;
  readonly run: z.output<typeof Run> | null;
}

/** Every schedule with its next due time and what became of the last ones. */
export async function listSchedules(options: ListOptions): Promise<void> {
  const params = { runs: String(options.runs) };
  const answer = Answer.parse(await askApi("/v1/exports/schedules", params, { url: options.url }));
  const rows = answer.schedules.flatMap((schedule): Row[] =>
    schedule.runs.length === 0 ? [{ schedule, run: null }] : schedule.runs.map((run) => ({ schedule, run })),
  );
  const screen = screenOf(options);
  screen.table(
    answer,
    [
      { title: "schedule", text: ({ schedule }: Row) => schedule.id },
      { title: "export", text: ({ schedule: { value } }) => `${value.export}, ${value.range}` },
      { title: "next due", text: ({ schedule }) => nextOf(schedule) },
      { title: "destination", text: ({ schedule }) => schedule.value.destination },
      { title: "due at", text: ({ run }) => run?.due_at ?? "-" },
      { title: "outcome", text: ({ run }) => (run === null ? "-" : outcomeOf(run)) },
      { title: "bytes", text: ({ run }) => (run?.sha256 ? String(run.bytes) : "-"), align: "right" },
      { title: "sha256", text: ({ run }) => run?.sha256 ?? "-" },
    ],
    rows,
  );
}

function nextOf({ value, next_due_at, owner_refused }: Schedule): string {
  if (!value.enabled) return "paused";
  return owner_refused === null ? (next_due_at ?? "never") : `refused: ${owner_refused}`;
}

function outcomeOf({ state, attempts, code, data_reaches_end }: z.output<typeof Run>): string {
  if (code !== null) return `${state} (${code}, try ${attempts})`;
  return state === "delivered" && !data_reaches_end ? "delivered (data may lack its end)" : state;
}
