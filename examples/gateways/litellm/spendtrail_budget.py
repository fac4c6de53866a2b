"""Asks spendtrail before each call of LiteLLM whether its team, person and key may still spend.

Environment of the proxy:
  SPENDTRAIL_DECISIONS_URL         such as https://spendtrail.example/v1/decisions
  SPENDTRAIL_DECISIONS_KEY         a key of the role `gateway`
  SPENDTRAIL_DECISIONS_TIMEOUT_MS  how long a call waits for the answer at most; 300 by default
  SPENDTRAIL_DECISIONS_FAIL        without an answer: `open` (by default) lets the call through, `closed` stops it
"""

import json
import logging
import os

import httpx
from litellm.integrations.custom_logger import CustomLogger
from litellm.proxy._types import ProxyException

log = logging.getLogger("spendtrail")


class AskBudget(CustomLogger):
    def __init__(self):
        super().__init__()
        self.url = os.environ["SPENDTRAIL_DECISIONS_URL"]
        fail = os.environ.get("SPENDTRAIL_DECISIONS_FAIL", "open")
        if fail not in ("open", "closed"):
            raise ValueError(f"SPENDTRAIL_DECISIONS_FAIL is {fail!r}, and open or closed are accepted")
        self.fails_open = fail == "open"
        self.timeout_s = float(os.environ.get("SPENDTRAIL_DECISIONS_TIMEOUT_MS", "300")) / 1000
        self.headers = {"authorization": f"Bearer {os.environ['SPENDTRAIL_DECISIONS_KEY']}"}
        self.client = None

    async def async_pre_call_hook(self, user_api_key_dict, cache, data, call_type):
        question = question_of(user_api_key_dict, data)
        try:
            answer = await self.ask(question)
            decision = answer["decision"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            log.warning("spendtrail gives no decision: %r", error)
            if self.fails_open:
                return data
            raise denial("Whether this may still spend cannot be told now.", 503, 5, call_type) from error
        if decision == "deny":
            reason = answer.get("reason", "The budget is used up.")
            raise denial(reason, 429, answer.get("retry_after_s") or 1, call_type)
        if decision == "warn":
            log.info("%s", answer.get("reason"))
        return data

    async def ask(self, question):
        if self.client is None:
            # Here and not above: a client belongs to the event loop that it was first used in.
            self.client = httpx.AsyncClient(headers=self.headers, timeout=self.timeout_s)
        response = await self.client.post(self.url, json=question)
        response.raise_for_status()
        return response.json()


def question_of(key, data):
    named = {
        "gateway": "litellm",
        "team": key.team_id,
        "user": key.user_id,
        "key": key.api_key,
        "organization": key.org_id,
        "model": data.get("model"),
    }
    question = {name: value for name, value in named.items() if isinstance(value, str) and value}
    tags = (data.get("metadata") or data.get("litellm_metadata") or {}).get("tags")
    if isinstance(tags, list):
        question["tags"] = [tag for tag in tags if isinstance(tag, str) and tag][:100]
    return question


def denial(reason, status, retry_after_s, call_type):
    """As Claude Code understands it: an error of billing, which is not tried again."""
    kind = "billing_error" if status == 429 else "api_error"
    message = reason
    if call_type == "anthropic_messages":
        # LiteLLM names an error of this road by its status, unless its text is a whole error of Anthropic's form.
        message = json.dumps({"type": "error", "error": {"type": kind, "message": reason}})
    return ProxyException(
        message=message,
        type=kind,
        param=None,
        code=status,
        headers={"x-should-retry": "false", "retry-after": str(retry_after_s)},
    )


ask_budget = AskBudget()
