"""Examples of step kinds and of fields, as an author writes them; a test lints every one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

FRONT_MATTER_EXAMPLE: Final = """\
---
schema: smoke/1
id: webhook-key
title: Rotate a webhook's signing key
issue: SHOP-12
requires_origin: non-datacenter
budget_usd: 0.50
model: gpt-5.5
rehearse_in: project
---
"""

KIND_EXAMPLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "login": """\
id       = "log-in"
kind     = "login"
provider = "openai"
timeout  = "10m"
""",
        "call": """\
id         = "live-call"
kind       = "call"
proof      = true
prompt     = "Answer with the word given to you, and nothing else."
model      = "gpt-5.5"
shape      = "classic"
credential = "subscription"
effects    = "spends"
spend      = { kind = "subscription", max_calls = 1 }
""",
        "run": """\
id       = "send-event"
kind     = "run"
proof    = true
effects  = "remote"
timeout  = "1m"
expect   = [{ json = "accepted", equals = true }]
stand_in = { exit = 0, output = '{"accepted": true, "event_id": "evt-1"}' }

[capture]
event_id = { json = "event_id" }
""",
        "service": """\
id       = "boot"
kind     = "service"
ready    = { http = "http://127.0.0.1:8080/healthz", timeout = "1m" }
detaches = true
stop     = "tools/stop.sh"
""",
        "handover": """\
id         = "paste-key"
kind       = "handover"
open       = "http://127.0.0.1:3000/settings"
credential = "bundle"
confirm    = "The page says that the key is saved"

[[fields]]
label = "Provider"
value = "OpenAI"
""",
        "turn": """\
id       = "authoring-turn"
kind     = "turn"
proof    = true
effects  = "spends"
spend    = { kind = "subscription", max_calls = 2 }
request  = { method = "POST", url = "{{ stack_url }}/turns", json = { prompt = "{{ nonce }}" } }
ask      = "Write one turn in the seeded world"
evidence = { provider = "meta.provider", output_text = "text" }
ledger   = { table = "public.llm_usage", cost = "cost_usd" }
""",
        "manual": """\
id   = "see-chat"
kind = "manual"
ask  = "The chat shows the new greeting"
""",
        "prompt": """\
id    = "order-number"
kind  = "prompt"
ask   = "The number of the test order"
input = "text"
set_env = "ORDER_NUMBER"
""",
        "check": """\
id       = "endpoint-up"
kind     = "check"
url      = "https://hooks.example.com/healthz"
expect   = [{ status = 200 }]
stand_in = { status = 200, body = '{"state": "ok"}' }
""",
        "battery": """\
id          = "battery"
kind        = "battery"
pack        = "format-compliance"
repeat      = 10
concurrency = 4
provider    = "live"
model       = "gpt-5.5"
credential  = "subscription"
recordings  = "cassettes"
stop_at     = 90
effects     = "spends"
spend       = { kind = "subscription", max_calls = 150 }
""",
        "record": """\
id          = "record"
kind        = "record"
pack        = "tests/cassettes"
cases       = ["greeting"]
record_mode = "rewrite"
effects     = "spends"
spend       = { kind = "subscription", max_calls = 20 }
""",
    }
)
"""The step block of each kind; those that run commands stand below a run block."""

FIELD_EXAMPLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": 'id = "send-event"',
        "kind": 'kind = "run"',
        "needs": 'needs = ["log-in", "boot"]',
        "effects": 'effects = "remote"',
        "spend": 'effects = "spends"\nspend = { kind = "metered", max_calls = 1, max_usd = "0.05" }',
        "timeout": 'timeout = "1m30s"',
        "proof": "proof = true",
        "fallback": "fallback = true\nretry = { max = 1 }",
        "guards": 'guards = [{ file = "tools/seed.py", why = "The seed is in the checkout" }]',
        "expect": 'expect = [{ exit = 0 }, { body_contains = "sent" }]\n'
        '# or: [{ json = "state", equals = "paid" }, { json = "id", is = "non-empty" }]',
        "on": '[[on]]\nmatch = { code = "command-failed", body_contains = "quota" }\n'
        'outcome = "blocked"\nwhy = "The test account has no quota left"',
        "capture": "[capture]\n"
        'receipt  = { json = "receipt.id" }\n'
        'port     = { pattern = "listening on ([0-9]+)", type = "int" }\n'
        'api_key  = { json = "key", secret = true }',
        "retry": "fallback = true\nretry = { max = 1 }",
        "restart": 'restart = ["boot"]',
        "set_env": 'set_env = "ORDER_NUMBER"',
        "env": 'env = { MODE = "test", ORDER = "{{ order_id }}" }',
        "stand_in": 'stand_in = { exit = 0, output = \'{"id": "evt-1", "key": "{{ minted }}"}\' }',
    }
)
"""Lines of a step block, by the common field that they show."""
