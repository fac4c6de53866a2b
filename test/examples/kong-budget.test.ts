import { readFileSync } from "node:fs";
import { lauxlib, lua, lualib, to_luastring } from "fengari";
import { expect, test } from "vitest";

const CODE = readFileSync("examples/gateways/kong/budget.lua", "utf8");

/** What stands for Kong and its two libraries: `answer` is what spendtrail gives, and what happens is kept. */
const kong = (answer: string, tags: string) => `
local asked, left, logged = {}, nil, 0
package.preload["cjson.safe"] = function()
  return { encode = function(t) return (t.gateway or "") .. "/" .. (t.team or "") .. "/" .. (t.user or "") end }
end
package.preload["resty.http"] = function()
  return { new = function()
    return {
      set_timeout = function(_, ms) asked.ms = ms end,
      request_uri = function(_, uri, init)
        asked.uri, asked.method, asked.body, asked.auth = uri, init.method, init.body, init.headers["authorization"]
        ${answer}
      end,
    }
  end }
end
kong = {
  client = { get_consumer = function() return ${tags} end },
  log = { err = function() logged = logged + 1 end },
  response = { exit = function(status, body, headers)
    left = status .. " " .. body .. " " .. headers["x-should-retry"] .. " " .. headers["retry-after"]
  end },
}
`;

function run(
  answer: string,
  { fail = "open", consumer = '{ username = "bot", tags = { "x", "team:search" } }' } = {},
) {
  const state = lauxlib.luaL_newstate();
  lualib.luaL_openlibs(state);
  const plugin = CODE.replace('local FAIL = "open"', `local FAIL = "${fail}"`);
  const report = `return table.concat({ asked.method, asked.body, tostring(asked.ms), asked.auth, tostring(logged), left or "went on" }, "\\n")`;
  // As Kong runs it: a function of its own, whose return is its end.
  const status = lauxlib.luaL_dostring(
    state,
    to_luastring(`${kong(answer, consumer)}\n(function()\n${plugin}\nend)()\n${report}`),
  );
  const text = lua.lua_tojsstring(state, -1) ?? "";
  if (status !== 0) throw new Error(text);
  const [method, body, ms, auth, logged, outcome] = text.split("\n");
  return { method, body, ms, auth, logged, outcome };
}

const DENIED = `return { status = 429, body = "the denial", headers = { ["retry-after"] = "648000" } }`;

test("Kong asks for the consumer's team with its key and a time-out, and goes on when it may", () => {
  expect(run('return { status = 200, body = "{}", headers = {} }')).toEqual({
    ...{ method: "POST", body: "kong/search/bot", ms: "300", auth: "Bearer st_put_your_key_here" },
    ...{ logged: "0", outcome: "went on" },
  });
});

test("passes a denial on as it came", () => {
  expect(run(DENIED).outcome).toBe("429 the denial false 648000");
});

test.each([
  ["no answer in time", 'return nil, "timeout"'],
  ["a fault", 'return { status = 503, body = "", headers = {} }'],
  ["a key that is none", 'return { status = 401, body = "", headers = {} }'],
])("%s fails open or closed, as it is told, and is logged", (_what, answer) => {
  expect(run(answer)).toMatchObject({ logged: "1", outcome: "went on" });
  const closed = run(answer, { fail: "closed" });
  expect([closed.logged, closed.outcome]).toEqual([
    "1",
    expect.stringMatching(/^503 .*"api_error".* false 5$/),
  ]);
});

test("a call of nobody that Kong knows is asked for without a team", () => {
  expect(run(DENIED, { consumer: "nil" }).body).toBe("kong//");
});
