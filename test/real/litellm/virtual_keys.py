"""Virtual keys without LiteLLM's database: whose they are stands in an environment variable."""

import json
import os

from fastapi import Request
from litellm.proxy._types import ProxyException, UserAPIKeyAuth

OWNERS = json.loads(os.environ["VIRTUAL_KEYS"])


async def user_api_key_auth(request: Request, api_key: str) -> UserAPIKeyAuth:
    owner = OWNERS.get(api_key)
    if owner is None:
        raise ProxyException(message="no such key", type="auth_error", param="api_key", code=401)
    return UserAPIKeyAuth(api_key=api_key, **owner)
