import { describe, expect, test } from "vitest";
import { createScreen } from "#cli/screen.ts";

function screen(options: { readonly json?: boolean; readonly isTTY?: boolean } = {}) {
  const written = { out: "", err: "" };
  const streams = {
    out: { write: (text: string) => (written.out += text) },
    err: { write: (text: string) => (written.err += text), isTTY: options.isTTY },
  };
  return { screen: createScreen(options.json ?? false, streams), written };
}
const COLUMNS = [{ title: "name", text: (row: { name: string }) => row.name }];

describe("where a verb writes", () => {
  test("its answer goes to stdout as text, and nothing to stderr", () => {
    const { screen: at, written } = screen();
    at.answer({ id: 1 }, ["one", "two"]);
    expect(written).toEqual({ out: "one\ntwo\n", err: "" });
  });

  test("with --json the answer is one JSON value on one line", () => {
    const { screen: at, written } = screen({ json: true });
    at.answer({ id: 1, text: "a\nb" }, ["not this"]);
    expect(written).toEqual({ out: '{"id":1,"text":"a\\nb"}\n', err: "" });
  });

  test("a table is a table, and with --json the value that it is made of", () => {
    const text = screen();
    text.screen.table([{ id: 1 }], COLUMNS, [{ name: "search" }]);
    expect(text.written.out).toBe("name\n------\nsearch\n");
    const json = screen({ json: true });
    json.screen.table([{ id: 1 }], COLUMNS, [{ name: "search" }]);
    expect(json.written.out).toBe('[{"id":1}]\n');
  });

  test("remarks go to stderr, also with --json", () => {
    const { screen: at, written } = screen({ json: true });
    at.say("a remark");
    expect(written).toEqual({ out: "", err: "a remark\n" });
  });
});

describe("progress", () => {
  test.each([{ isTTY: false }, {}])("is not written where stderr is no terminal: %o", (options) => {
    const { screen: at, written } = screen(options);
    at.progress("half way");
    at.answer(null, ["done"]);
    expect(written).toEqual({ out: "done\n", err: "" });
  });

  test("is rewritten in place on a terminal, and gone before the answer", () => {
    const { screen: at, written } = screen({ isTTY: true });
    at.progress("half way");
    at.progress("nearly");
    at.answer(null, ["done"]);
    expect(written.err).toBe("\r\u001b[Khalf way\r\u001b[Knearly\r\u001b[K");
    expect(written.out).toBe("done\n");
  });

  test("is gone before a remark, and is not wiped twice", () => {
    const { screen: at, written } = screen({ isTTY: true });
    at.progress("half way");
    at.say("a remark");
    at.say("another");
    expect(written.err).toBe("\r\u001b[Khalf way\r\u001b[Ka remark\nanother\n");
  });
});
