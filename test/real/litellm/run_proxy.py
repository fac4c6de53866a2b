"""The LiteLLM proxy, which ends with the test that started it: when its standard input closes."""

import os
import sys
import threading

from litellm import run_server


def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()
run_server()
