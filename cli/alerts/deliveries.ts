import { z } from "zod";
import { type ListOptions, sayMore } from "#cli/alerts/list-alerts.ts";
import { askApi } from "#cli/api-client.ts";
import { type CommonOptions, screenOf } from "#cli/common-options.ts";
import { failure } from "#core/failure.ts";

const Delivery = z.looseObject({
  ...{ delivery_id: z.string(), kind: z.string(), transition: z.string(), receiver: z.string() },
  ...{ state: z.string(), attempts: z.int(), status: z.int(), code: z.string().nullable() },
  ...{ message: z.string().nullable(), created_at: z.string(), next_try_at: z.string().nullable() },
});
const Deliveries = z.looseObject({ deliveries: z.array(Delivery), next_cursor: z.string().nullable() });

/** What became of telling receivers, newest first. */
export async function listDeliveries(options: ListOptions): Promise<void> {
  const { state, receiver, limit, cursor, url } = options;
  const params = { state, receiver, limit: String(limit), cursor };
  const answer = Deliveries.parse(await askApi("/v1/alerts/deliveries", params, { url }));
  screenOf(options).table(
    answer,
    [
      { title: "notification", text: ({ delivery_id }: z.output<typeof Delivery>) => delivery_id },
      { title: "since", text: ({ created_at }) => created_at },
      { title: "receiver", text: (delivery) => delivery.receiver },
      { title: "kind", text: ({ kind }) => kind },
      { title: "told", text: ({ transition }) => transition },
      { title: "state", text: (delivery) => delivery.state },
      { title: "tries", text: ({ attempts }) => String(attempts), align: "right" },
      { title: "next try", text: ({ next_try_at }) => next_try_at ?? "-" },
      { title: "why", text: ({ code, message }) => (code === null ? "-" : `${code}: ${message}`) },
    ],
    answer.deliveries,
  );
  sayMore(options, answer.next_cursor);
}

export interface ReplayOptions extends CommonOptions {
  readonly dead?: boolean;
  readonly receiver: readonly string[];
  readonly reason: string;
  readonly url?: string;
}

/** So many given-up notifications are asked for at a time. */
const PAGE = "500";

/** Asks for notifications that were given up, by their ids or all of them. */
export async function replayDeliveries(ids: readonly string[], options: ReplayOptions): Promise<void> {
  if ((ids.length === 0) === (options.dead !== true))
    throw failure("OPTION_INVALID", {
      option: "[id...]",
      value: ids.join(" ") || "nothing",
      accepts: "ids of notifications, or --dead for all that were given up",
    });
  const wanted = ids.length > 0 ? ids : await deadOnes(options);
  const screen = screenOf(options);
  const replayed: string[] = [];
  for (const id of wanted) {
    screen.progress(`${replayed.length} of ${wanted.length} asked for`);
    const send = { method: "POST", body: { reason: options.reason } } as const;
    await askApi(`/v1/alerts/deliveries/${encodeURIComponent(id)}/replay`, {}, { url: options.url, send });
    replayed.push(id);
  }
  screen.answer({ replayed }, [
    `${replayed.length} notification${replayed.length === 1 ? " is" : "s are"} sent again; see: spendtrail alerts deliveries`,
  ]);
}

async function deadOnes({ receiver, url }: ReplayOptions): Promise<readonly string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const params = { state: "dead", receiver, limit: PAGE, cursor };
    const page = Deliveries.parse(await askApi("/v1/alerts/deliveries", params, { url }));
    found.push(...page.deliveries.map(({ delivery_id }) => delivery_id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}
