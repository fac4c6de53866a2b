import { afterAll, beforeAll, expect, test } from "vitest";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { type EventFields, eventIdOf, eventRow } from "#test/support/event-row.ts";

const YEAR = 1996;
const RANGE = `from=${YEAR}-03-01&to=${YEAR}-03-20`;
const URL = `/v1/audit/witnesses?${RANGE}`;

let store: Store;
let api: TestApi;
let auditor: string;
let rows = 0;

/** A sighting of the call `n`: minute n of one morning. */
function sighting(n: number, fields: Partial<EventFields> & { source: string }): EventFields {
  rows += 1;
  return {
    event_id: eventIdOf(`w${rows}`),
    at: new Date(Date.UTC(YEAR, 2, 5, 10, n)).toISOString(),
    input_tokens: 100,
    cache_read_tokens: 50,
    output_tokens: 20,
    cost_usd: "0.25",
    cost_status: "rated",
    role: fields.source === "gateway" ? "ledger" : "evidence",
    offset: rows,
    ...fields,
  };
}

beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  auditor = await api.key({ role: "auditor" });
  const one = (id: string) => ({ provider_request_id: id });
  const corrected = sighting(9, { source: "gateway", ...one("req-9") });
  await store.insertEvents(
    [
      // 0: both agree, by request id.
      sighting(0, { source: "gateway", ...one("req-0") }),
      sighting(0, { source: "client", ...one("req-0") }),
      // 1: by message id alone.
      sighting(1, { source: "gateway", provider_message_id: "msg-1" }),
      sighting(1, { source: "client", provider_message_id: "msg-1", output_tokens: 21 }),
      // 2: one states both ids, the others one each.
      sighting(2, { source: "gateway", ...one("req-2"), provider_message_id: "msg-2" }),
      sighting(2, { source: "client", ...one("req-2") }),
      sighting(2, { source: "bedrock", provider_message_id: "msg-2", cost_usd: "0.26" }),
      // 3: only evidence.
      sighting(3, { source: "client", ...one("req-3") }),
      // 4: only the ledger.
      sighting(4, { source: "gateway", ...one("req-4") }),
      // 5: two ledgers.
      sighting(5, { source: "gateway", ...one("req-5") }),
      sighting(5, { source: "chained", role: "ledger", ...one("req-5") }),
      // 6: a part makes up the difference.
      sighting(6, {
        source: "gateway",
        ...one("req-6"),
        event_id: eventIdOf("w-call-6"),
        output_tokens: 15,
        cost_usd: "0.2",
      }),
      sighting(6, {
        source: "gateway",
        kind: "part",
        part_of: eventIdOf("w-call-6"),
        input_tokens: null,
        cache_read_tokens: null,
        output_tokens: 5,
        cost_usd: "0.05",
      }),
      sighting(6, { source: "client", ...one("req-6") }),
      // 7: the witness does not know its cached tokens' price, and not the output.
      sighting(7, { source: "gateway", ...one("req-7") }),
      sighting(7, {
        source: "client",
        ...one("req-7"),
        output_tokens: null,
        cost_usd: null,
        cost_status: "unpriced",
      }),
      // 8: cannot be joined.
      sighting(8, { source: "gateway" }),
      // 9: moved to another team: still one call.
      corrected,
      { ...corrected, epoch: 1, sign: -1 },
      { ...corrected, epoch: 1, gateway_team: "b", team: "b" },
      sighting(9, { source: "client", ...one("req-9") }),
      // 10: an audit event joins nothing.
      sighting(10, { source: "client", ...one("req-4"), kind: "audit" }),
    ].map(eventRow),
  );
});
afterAll(() => store.close());

async function listed(query: string): Promise<Record<string, string>> {
  const { status, json } = await api.get(`${URL}${query}`, auditor);
  expect([status, json.detail]).toEqual([200, undefined]);
  return Object.fromEntries(
    (json.calls as { join_key: string; finding: string }[]).map(({ join_key, finding }) => [
      join_key,
      finding,
    ]),
  );
}

test("a call that several saw is judged once, and disagreements are what is listed", async () => {
  expect(await listed("")).toEqual({
    "request:req-5": "counted_twice",
    "request:req-3": "not_counted",
    "request:req-2": "cost_differs",
    "message:msg-1": "tokens_differ",
  });
  expect(await listed("&finding=agree&finding=only_counted")).toEqual({
    "request:req-9": "agree",
    "request:req-7": "agree",
    "request:req-6": "agree",
    "request:req-4": "only_counted",
    "request:req-0": "agree",
  });
  expect(await listed("&source=bedrock")).toEqual({ "request:req-2": "cost_differs" });
});

test("the answer shows what each witness said, and sums up the range", async () => {
  const { json } = await api.get(`${URL}&finding=cost_differs`, auditor);
  expect(json.calls[0].sightings).toMatchObject([
    { source: "bedrock", role: "evidence", prompt_tokens: 150, output_tokens: 20, cost: { amount: "0.26" } },
    { source: "client", role: "evidence", cost: { amount: "0.25", currency: "USD" } },
    { source: "gateway", role: "ledger", model: "claude-opus-4-1", gateway_cost: null },
  ]);
  const agreeing = json.summary.filter(({ finding }: { finding: string }) => finding === "agree");
  expect(agreeing).toEqual([{ finding: "agree", sources: ["client", "gateway"], calls: 4 }]);
  expect(json.summary).toContainEqual({
    finding: "counted_twice",
    sources: ["chained", "gateway"],
    calls: 1,
  });
});

test("pages follow each other, the read is recorded, and only auditors may", async () => {
  const seen: string[] = [];
  let cursor: string | null = "";
  for (let page = 0; cursor !== null && page < 10; page += 1) {
    const { json } = await api.get(`${URL}&limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`, auditor);
    seen.push(...json.calls.map((call: { join_key: string }) => call.join_key));
    cursor = json.next_cursor;
  }
  expect(seen).toEqual(["request:req-5", "request:req-3", "request:req-2", "message:msg-1"]);
  expect(api.acts.at(-1)).toMatchObject({ act: "audit.read", subject: "/v1/audit/witnesses" });
  const viewer = await api.key({ role: "viewer", teams: ["a"] });
  expect((await api.get(URL, viewer)).status).toBe(403);
  const { status, json } = await api.get(`/v1/audit/witnesses?from=${YEAR}-01-01&to=${YEAR}-06-01`, auditor);
  expect([status, json.code]).toEqual([400, "REQUEST_INVALID"]);
});
