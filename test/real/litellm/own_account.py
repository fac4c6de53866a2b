"""LiteLLM's own account of its calls, a JSON line each, beside what its generic_api callback posts."""

import json
import os

from litellm.integrations.custom_logger import CustomLogger


class OwnAccount(CustomLogger):
    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        note("success", kwargs)

    async def async_log_failure_event(self, kwargs, response_obj, start_time, end_time):
        note("failure", kwargs)


def note(status, kwargs):
    line = {
        "call_id": kwargs.get("litellm_call_id"),
        "status": status,
        "cost_usd": kwargs.get("response_cost"),
    }
    with open(os.environ["OWN_ACCOUNT"], "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


own_account = OwnAccount()
