import { afterEach, expect, test } from "vitest";
import { untilEnded } from "#cli/stack/until-ended.ts";
import { type Failure, failure } from "#core/failure.ts";
import { createShutdown, type Shutdown } from "#runtime/shutdown.ts";
import { silent } from "#test/support/pipeline.ts";

let shutdown: Shutdown;
afterEach(() => shutdown.release());

function program() {
  shutdown = createShutdown({ log: silent, timeoutMs: 5_000, exit: () => {} });
  const lost = Promise.withResolvers<Failure>();
  return { base: { shutdown, log: silent }, lost };
}
const gone = () => failure("SERVER_ENDED", { what: "Kafka", how: "SIGKILL", logFile: "kafka.log" });

test("who is told to end and has closed has ended", async () => {
  const { base, lost } = program();
  const ended = untilEnded(base, lost.promise);
  await shutdown.close("told");
  await expect(ended).resolves.toBeUndefined();
});

test("a server that is gone is the reason, after the close", async () => {
  const { base, lost } = program();
  let isClosed = false;
  shutdown.onClose("part", () => {
    isClosed = true;
  });
  const ended = untilEnded(base, lost.promise);
  lost.resolve(gone());
  await expect(ended).rejects.toMatchObject({ code: "SERVER_ENDED" });
  expect(isClosed).toBe(true);
});

test("also where a part noticed first and began to close", async () => {
  const { base, lost } = program();
  shutdown.onClose("part", () => lost.resolve(gone()));
  const ended = untilEnded(base, lost.promise);
  void shutdown.close("the ingester cannot go on");
  await expect(ended).rejects.toMatchObject({ code: "SERVER_ENDED" });
});

test("a program that is closed already has ended", async () => {
  const { base } = program();
  await shutdown.close("broken while it started");
  await expect(untilEnded(base)).resolves.toBeUndefined();
});
