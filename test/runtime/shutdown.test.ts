import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { createLog } from "#runtime/log.ts";
import { createShutdown, type Shutdown } from "#runtime/shutdown.ts";

const log = createLog("test", "silent");
let shutdown: Shutdown;
afterEach(() => shutdown?.release());
const create = (timeoutMs: number) => {
  shutdown = createShutdown({ log, timeoutMs, exit: () => {} });
  return shutdown;
};

describe("closing", () => {
  test("is start read backwards, once, whoever asks", async () => {
    const { onClose, close, signal } = create(1_000);
    const closed: string[] = [];
    for (const name of ["kafka", "clickhouse", "http"])
      onClose(name, () => {
        expect(signal.aborted).toBe(true);
        closed.push(name);
      });
    expect(await Promise.all([close("a"), close("b")])).toEqual([true, true]);
    expect(closed).toEqual(["http", "clickhouse", "kafka"]);
  });

  test("goes on when a part fails, and says so", async () => {
    const { onClose, close } = create(1_000);
    let closed = false;
    onClose("first", () => {
      closed = true;
    });
    onClose("failing", () => Promise.reject(new Error("no")));
    expect(await close("test")).toBe(false);
    expect(closed).toBe(true);
  });

  test("is bounded by one timer over all parts", async () => {
    const { onClose, close } = create(30);
    onClose("hangs", () => new Promise(() => {}));
    expect(await close("test")).toBe(false);
  });

  test("may be given less time than the program's own, where something is broken", async () => {
    const { onClose, close } = create(60_000);
    onClose("hangs", () => new Promise(() => {}));
    expect(await close("test", 30)).toBe(false);
  });
});

describe("signals", () => {
  const run = (argument: string) => {
    const child = spawn(process.execPath, ["test/runtime/shutdown-program.ts", argument], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    const exit = new Promise<number | null>((ended) => child.on("exit", ended));
    const until = (text: string) => expect.poll(() => output, { timeout: 10_000 }).toContain(text);
    return { child, exit, until, output: () => output };
  };

  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("%s closes all and ends with 0", async (name) => {
    const { child, exit, until, output } = run("closes");
    await until("ready");
    child.kill(name);
    expect(await exit).toBe(0);
    expect(output()).toBe("ready\nsecond closed\nfirst closed\n");
  });

  test("the echo of a Ctrl-C, which the launcher passes on too, is no second one; a later one is", async () => {
    const { child, exit, until } = run("hangs");
    await until("ready");
    child.kill("SIGINT");
    await until("first closed");
    child.kill("SIGINT");
    const early = await Promise.race([exit, pause(300)]);
    expect(early).toBeUndefined();
    const press = setInterval(() => child.kill("SIGINT"), 400);
    expect(await exit).toBe(130);
    clearInterval(press);
  });

  test("a second one ends at once", async () => {
    const { child, exit, until } = run("hangs");
    await until("ready");
    child.kill("SIGTERM");
    await until("first closed");
    child.kill("SIGINT");
    expect(await exit).toBe(130);
  });
});
