"""A mistake and its mend for lint codes, as an author writes them; a test lints both."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from smoke_tui.runbook.lint.diagnostics import LintCode
from smoke_tui.structs import Struct

_RULE: Final = '[[on]]\nmatch = { code = "command-failed" }\n'


class Mistake(Struct, frozen=True):
    """Text with a mistake, and the same without it.

    Both are lines of a `run` step's block; with `fenced` the run block of such a step.
    """

    wrong: str
    right: str
    fenced: bool = False


MISTAKES: Final[Mapping[LintCode, Mistake]] = MappingProxyType(
    {
        LintCode.NEAR_INFO: Mistake("```sh run\nls\n```", "```bash run\nls\n```", fenced=True),
        LintCode.TOML: Mistake("timeout = 1m", 'timeout = "1m"'),
        LintCode.UNKNOWN_KEY: Mistake(
            'expect = [{ stdout = "sent" }]', 'expect = [{ body_contains = "sent" }]'
        ),
        LintCode.OTHER_KIND: Mistake(
            'ask = "Is it there?"', '# a question is a step of its own: kind = "manual"'
        ),
        LintCode.MISSING: Mistake(
            'guards = [{ file = "tools/seed.py" }]',
            'guards = [{ file = "tools/seed.py", why = "The seed is in the checkout" }]',
        ),
        LintCode.VALUE: Mistake("timeout = 60", 'timeout = "60s"'),
        LintCode.TOGETHER: Mistake(
            'capture = { order = { type = "int" } }',
            'capture = { order = { json = "id", type = "int" } }',
        ),
        LintCode.CODE: Mistake(
            '[[on]]\nmatch = { code = "exit-1" }\noutcome = "blocked"\nwhy = "No quota left"',
            f'{_RULE}outcome = "blocked"\nwhy = "No quota left"',
        ),
        LintCode.RULE_PASS: Mistake(
            f'{_RULE}outcome = "pass"\nwhy = "It is always like that"',
            f'{_RULE}outcome = "expected-limitation"\nwhy = "The sandbox refuses it"',
        ),
        LintCode.RULE_AIM: Mistake(
            f'{_RULE}why = "No quota left"',
            f'{_RULE}outcome = "blocked"\nwhy = "No quota left"',
        ),
        LintCode.RULE_WHY: Mistake(
            f'{_RULE}outcome = "blocked"',
            f'{_RULE}outcome = "blocked"\nwhy = "No quota left"',
        ),
        LintCode.QUOTES: Mistake(
            "```bash run\necho it's done\n```", '```bash run\necho "it\'s done"\n```', fenced=True
        ),
        LintCode.NEEDS_SHELL: Mistake(
            "```bash run\ncat log | wc -l\n```",
            "```bash run shell\ncat log | wc -l\n```",
            fenced=True,
        ),
        LintCode.TEMPLATE_SHELL: Mistake(
            "```bash run shell\necho {{ project }} | wc -c\n```",
            '```bash run shell\n# with env = { FOLDER = "{{ project }}" } in the step block\n'
            'echo "$FOLDER" | wc -c\n```',
            fenced=True,
        ),
        LintCode.RETRY_ALONE: Mistake("retry = { max = 1 }", "# only a fallback has a retry"),
        LintCode.NO_SPEND: Mistake(
            'effects = "spends"',
            'effects = "spends"\nspend = { kind = "metered", max_calls = 1, max_usd = "0.05" }',
        ),
        LintCode.IDLE_SPEND: Mistake(
            'spend = { kind = "metered", max_usd = "0.05" }',
            'effects = "spends"\nspend = { kind = "metered", max_usd = "0.05" }',
        ),
        LintCode.NEVER_MET: Mistake("expect = [{ status = 200 }]", "expect = [{ exit = 0 }]"),
        LintCode.STAND_IN_SECRET: Mistake(
            'capture = { key = { json = "key", secret = true } }\n'
            'stand_in = { output = \'{"key": "abc"}\' }',
            'capture = { key = { json = "key", secret = true } }\n'
            'stand_in = { output = \'{"key": "{{ minted }}"}\' }',
        ),
    }
)
"""By code, for those that a few lines show."""
