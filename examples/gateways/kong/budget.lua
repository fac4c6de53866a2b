-- Asks spendtrail before each call whether the consumer's team may still spend: the code of a post-function (a
-- pre-function runs before anybody is authenticated). README.md says how it is set, what Kong needs, and what that risks.
local http = require "resty.http"
local cjson = require "cjson.safe"
-- Where to ask, by a key of the role `gateway`, for how long at most, and what to do without an answer.
local URL = "http://127.0.0.1:8787/v1/decisions?deny_status=429"
local KEY = "st_put_your_key_here"
local TIMEOUT_MS = 300
local FAIL = "open"

local consumer = kong.client.get_consumer()
local question = { gateway = "kong" }
for _, tag in ipairs(consumer and consumer.tags or {}) do
  question.team = question.team or string.match(tag, "^team:(.+)$")
end
question.user = consumer and consumer.username or nil

local client = http.new()
client:set_timeout(TIMEOUT_MS)
local answer, fault = client:request_uri(URL, {
  method = "POST",
  body = cjson.encode(question),
  headers = { ["authorization"] = "Bearer " .. KEY, ["content-type"] = "application/json" },
})
if answer and answer.status == 429 then
  return kong.response.exit(429, answer.body, {
    ["content-type"] = "application/json",
    ["x-should-retry"] = "false",
    ["retry-after"] = answer.headers["retry-after"] or "1",
  })
end
if not answer or answer.status ~= 200 then
  kong.log.err("spendtrail gives no decision: ", fault or answer.status)
  if FAIL ~= "open" then
    return kong.response.exit(503,
      '{"type":"error","error":{"type":"api_error","message":"Whether this may still spend cannot be told now."}}',
      { ["content-type"] = "application/json", ["x-should-retry"] = "false", ["retry-after"] = "5" })
  end
end
