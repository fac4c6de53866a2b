import { z } from "zod";
import { DecisionBody } from "#core/budgets/decision-request.ts";
import { failure } from "#core/failure.ts";
import { DECIDERS } from "#query-api/access.ts";
import { problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { createDecider } from "#query-api/decisions/decider.ts";
import { DecisionAnswer, decisionAnswer, tagOf } from "#query-api/decisions/decision-answer.ts";
import { Denial, denialOf } from "#query-api/decisions/denial.ts";

/** A hundred questions with long names. */
const BODY_BYTES_MAX = 1_048_576;

/** Whether something may still spend: from memory, without a query and without an act. */
export function decisionsRoute(app: App, deps: RouteDeps): void {
  const decider = createDecider(deps);
  app.route({
    method: "POST",
    url: "/v1/decisions",
    bodyLimit: BODY_BYTES_MAX,
    config: { access: DECIDERS },
    schema: {
      operationId: "decide",
      tags: ["budgets"],
      summary: "May this still spend?",
      description:
        "Asks every budget that a call of this team, person, key and so on would count in, and answers allow, warn or deny from memory. What has no budget is allowed. A single answer has an ETag, and is 304 where If-None-Match has it. With `deny_status=429` a denial is an error of billing as Claude Code understands it, to be passed on as it is.",
      querystring: z.strictObject({
        deny_status: z
          .enum(["200", "429"])
          .default("200")
          .describe("The status of a denial; of single questions only."),
      }),
      body: DecisionBody,
      response: {
        200: z.union([DecisionAnswer, z.object({ decisions: z.array(DecisionAnswer) })]),
        304: z.null().describe("As If-None-Match has it."),
        ...problems,
        429: Denial.describe("Denied, with `deny_status=429`."),
      },
    },
    handler: async (request, reply) => {
      const { requests, all = false, ...single } = request.body;
      const isPassedOn = request.query.deny_status === "429";
      if (requests !== undefined) {
        if (isPassedOn)
          throw failure("REQUEST_INVALID", { faults: "query/deny_status: is of single questions only" });
        const decisions = requests.map(({ all = false, ...one }) => decisionAnswer(decider(one), all));
        return reply.send({ decisions });
      }
      const answer = decisionAnswer(decider(single), all);
      const tag = tagOf(answer);
      reply.header("etag", tag);
      reply.header("cache-control", `private, max-age=${Math.floor(answer.ttl_ms / 1000)}`);
      if (isPassedOn && answer.decision === "deny") {
        const { headers, body } = denialOf(answer);
        return reply.status(429).headers(headers).send(body);
      }
      if (isNamed(tag, request.headers["if-none-match"])) return reply.status(304).send(null);
      return reply.send(answer);
    },
  });
}

function isNamed(tag: string, ifNoneMatch: string | undefined): boolean {
  return ifNoneMatch?.split(",").some((one) => one.trim() === tag) === true;
}
