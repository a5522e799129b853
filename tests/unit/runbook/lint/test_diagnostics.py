"""Every code of lint, at the very place where the mistake is.

A case is a runbook in which § marks where each finding has to point, in order.
"""

from __future__ import annotations

import pytest

from smoke_tui.runbook import LintCode, parse

FRONT = "---\nschema: smoke/1\nid: book\ntitle: A book\n---\n\n"
CALL = (
    'id = "{id}"\nkind = "call"\nprompt = "Say it."\neffects = "spends"\n'
    'spend = {{ kind = "subscription", max_calls = 1 }}\n'
)
FALLBACK = (
    "\n## Drift\n\nWords.\n\n```toml step\n"
    'id = "drift"\nkind = "prompt"\nask = "What?"\nfallback = true\nretry = { max = 1 }\n```\n'
)


def step(toml: str, *, head: str = "## Step\n\nWords.\n\n", runs: str = "", mark: str = "") -> str:
    """A section with one step block; ``mark`` stands before its fence."""
    return f"{head}{runs}{mark}```toml step\n{toml.strip()}\n```\n\n"


def manual(name: str, more: str = "", head: str = "## Step\n\nWords.\n\n") -> str:
    return step(f'id = "{name}"\nkind = "manual"\nask = "Done?"\n{more}', head=head)


def run(name: str, command: str, more: str = "", *, info: str = "bash run", mark: str = "") -> str:
    runs = f"{mark}```{info}\n{command}\n```\n\n"
    return step(f'id = "{name}"\nkind = "run"\n{more}', runs=runs)


def call(more: str, name: str = "call") -> str:
    return step(CALL.format(id=name) + more)


def expected(source: str) -> tuple[str, list[tuple[int, int]]]:
    """The runbook without its marks, and the places of the marks."""
    places = []
    lines = []
    for number, line in enumerate(source.split("\n"), start=1):
        while "§" in line:
            places.append((number, line.index("§") + 1))
            line = line.replace("§", "", 1)
        lines.append(line)
    return "\n".join(lines), places


RULE = '[[on]]\nmatch = { code = "dns" }\n'
OUTCOME = 'outcome = "fail"\nwhy = "So."\n'
COMPARED = 'expect = [{{ text_drift = {{ baseline = "b/x.txt", {} }} }}]'
GOOD = manual("good")

CASES: dict[str, tuple[str, tuple[LintCode, ...]]] = {
    **{
        f"a baseline {path!r}": (
            FRONT + call(f'expect = [{{ text_drift = {{ baseline = §"{path}" }} }}]'),
            (LintCode.OUTSIDE,),
        )
        for path in ("/etc/x.txt", "../x.txt", "a/../../x", "~/x.txt", "C:/x.txt", "a/..")
    },
    "a baseline that is a folder": (
        FRONT + call('[[on]]\nmatch = { tool_calls = { baseline = §"b/" } }\n' + OUTCOME),
        (LintCode.OUTSIDE,),
    ),
    "a test outside": (
        FRONT + call(COMPARED.format('test = §"../x.py::test_y"')),
        (LintCode.OUTSIDE,),
    ),
    "a test without a name": (
        FRONT + call(COMPARED.format('test = §"tests/x.py"')),
        (LintCode.VALUE,),
    ),
    **{
        f"a threshold of {value}": (
            FRONT + call(COMPARED.format(f"threshold = §{value}")),
            (LintCode.VALUE,),
        )
        for value in ("1.01", "-0.1", "true", '"much"', '"1e0x"', "nan")
    },
    "a comparison without a baseline": (
        FRONT + call("expect = [{ §tool_calls = {} }]"),
        (LintCode.MISSING,),
    ),
    "a comparison in a manual step": (
        FRONT + manual("look", 'expect = [{ §text_drift = { baseline = "b/x.txt" } }]'),
        (LintCode.NO_ANSWER,),
    ),
    "a comparison in a rule of a manual step": (
        FRONT
        + manual("look", '[[on]]\nmatch = { §tool_calls = { baseline = "b/x" } }\n' + OUTCOME),
        (LintCode.NO_ANSWER,),
    ),
    "a behaviour in a manual step": (
        FRONT + manual("look", "expect = [{ §behaves = 'It greets.' }]"),
        (LintCode.NO_ANSWER,),
    ),
    "a behaviour without a spend": (
        FRONT + run("ab", "true", "expect = [{ §behaves = 'It greets.' }]"),
        (LintCode.JUDGE_SPEND,),
    ),
    "a behaviour in a rule without a spend": (
        FRONT + run("ab", "true", "[[on]]\nmatch = { §behaves = 'It greets.' }\n" + OUTCOME),
        (LintCode.JUDGE_SPEND,),
    ),
    "a behaviour that the cap leaves no call for": (
        FRONT
        + run(
            "ab",
            "true",
            "effects = 'spends'\n§spend = { kind = 'subscription', max_calls = 2 }\n"
            "expect = [{ behaves = 'It greets.' }, { behaves = 'It is polite.' }]",
        ),
        (LintCode.JUDGE_CAP,),
    ),
    "an escape character": (FRONT + "A §\x1b[2J line.\n" + GOOD, (LintCode.UNSEEN,)),
    "a NUL": (FRONT + "A §\0 line.\n" + GOOD, (LintCode.UNSEEN,)),
    "a turned direction": (FRONT + "A §\u202e line.\n" + GOOD, (LintCode.UNSEEN,)),
    "a password in prose": (
        FRONT + 'Log in with password: "§hunter2-is-fake".\n' + GOOD,
        (LintCode.HIDDEN,),
    ),
    "a password in a command": (
        FRONT + run("ab", "printf %s postgresql://app:§app@127.0.0.1/app"),
        (LintCode.HIDDEN,),
    ),
    "a password behind the TOML's escapes": (
        FRONT + step('id = "ab"\nkind = "manual"\nask = "p\\u0061ssword=§hunter2-is-fake"'),
        (LintCode.HIDDEN,),
    ),
    "a password that only the TOML's lines hide": (
        FRONT
        + step('id = "ab"\nkind = "manual"\nask = """pass\\\n  word=hunter2-is-fake"""', mark="§"),
        (LintCode.HIDDEN,),
    ),
    "a password that only the shell's quotes hide": (
        FRONT + run("ab", "§printf pass''word=hunter2-is-fake"),
        (LintCode.HIDDEN,),
    ),
    "a placeholder of a hidden value": (
        FRONT + run("ab", "printf %s '§[REDACTED:password#1]'"),
        (LintCode.HIDDEN,),
    ),
    "no front matter": ("§# Title\n\n" + GOOD, (LintCode.NO_FRONT,)),
    "an empty file": ("§", (LintCode.NO_FRONT,)),
    "front matter left open": ("§---\nschema: smoke/1\nid: book\n", (LintCode.FRONT_OPEN,)),
    "no pair": (FRONT.replace("id:", "§just words\nid:") + GOOD, (LintCode.FRONT_LINE,)),
    "a nested key": (FRONT.replace("id:", "§  deep: 1\nid:") + GOOD, (LintCode.FRONT_LINE,)),
    "a slip in a front key": (FRONT.replace("title", "§titel") + GOOD, (LintCode.FRONT_KEY,)),
    "a front key twice": (
        FRONT.replace("title", "§id: other\ntitle") + GOOD,
        (LintCode.FRONT_TWICE,),
    ),
    "a front key missing": (
        FRONT.replace("title: A book\n", "").replace("\n---\n", "\n§---\n") + GOOD,
        (LintCode.FRONT_MISSING,),
    ),
    "another schema": (FRONT.replace("smoke/1", "§smoke/9") + GOOD, (LintCode.FRONT_VALUE,)),
    "a budget in words": (
        FRONT.replace("title", "budget_usd: §much\ntitle") + GOOD,
        (LintCode.FRONT_VALUE,),
    ),
    "an id without text": (FRONT.replace("id: book", "id:§") + GOOD, (LintCode.FRONT_VALUE,)),
    "a fence left open": (FRONT + GOOD + "§```text\nWords.\n", (LintCode.UNCLOSED,)),
    "an open step fence swallows the rest": (
        FRONT
        + manual("first")
        + '## Open\n\nWords.\n\n§```toml step\nid = "second"\nkind = "manual"\n\n'
        + '## Third\n\nid = "third"\n',
        (LintCode.UNCLOSED,),
    ),
    "a step in a list": (
        FRONT + GOOD + '## List\n\n- point\n\n§  ```toml step\n  id = "x-y"\n  ```\n',
        (LintCode.MISPLACED,),
    ),
    "a step in a quote": (
        FRONT + GOOD + '## Quote\n\n§> ```toml step\n> id = "x-y"\n> ```\n',
        (LintCode.MISPLACED,),
    ),
    "a step in indented code": (
        FRONT + GOOD + '## Code\n\n§    ```toml step\n    id = "x-y"\n    ```\n',
        (LintCode.MISPLACED,),
    ),
    "a step in HTML": (
        FRONT + GOOD + '## Html\n\n<details>\n§```toml step\nid = "x-y"\n```\n</details>\n',
        (LintCode.MISPLACED,),
    ),
    "two steps": (
        FRONT + GOOD + '§```toml step\nid = "second"\n```\n' + manual("last", 'needs = ["second"]'),
        (LintCode.TWO_STEPS,),
    ),
    "a step above the headings": (
        FRONT + '§```toml step\nid = "early"\n```\n\n' + manual("last", 'needs = ["early"]'),
        (LintCode.NO_HEADING,),
    ),
    "a run block alone": (FRONT + GOOD + "## Two\n\n§```bash run\nls\n```\n", (LintCode.LONE_RUN,)),
    "no step": (FRONT + "## Words\n\n§Only.", (LintCode.NO_STEPS,)),
    "101 steps": (
        FRONT
        + "".join(
            manual(f"s-{n}", head=f"{'§' if n == 100 else ''}## S\n\nWords.\n\n")
            for n in range(101)
        ),
        (LintCode.MANY_STEPS,),
    ),
    "a big step block": (
        FRONT + step(f'id = "big"\n# {"x" * 8192}', mark="§") + manual("on", 'needs = ["big"]'),
        (LintCode.BIG_BLOCK,),
    ),
    "a big run block": (FRONT + run("big", "ls " + "x" * 8192, mark="§"), (LintCode.BIG_BLOCK,)),
    "nearly a step": (
        FRONT
        + GOOD
        + '## N\n\n§```toml stpe\nid = "near"\n```\n'
        + manual("z-z", 'needs = ["near"]'),
        (LintCode.NEAR_INFO,),
    ),
    "no prose": (FRONT + manual("bare", head="§## Bare\n\n"), (LintCode.NO_PROSE,)),
    "broken TOML": (
        FRONT + step('id = "broken"\nkind = §= "manual"') + manual("after", 'needs = ["broken"]'),
        (LintCode.TOML,),
    ),
    "TOML that ends too early": (
        FRONT + step('id = "broken"\nneeds = [').replace("[\n```", "[\n§```"),
        (LintCode.TOML,),
    ),
    "a TOML key twice": (
        FRONT + step('id = "twice"\nid = "again"§\nkind = "manual"\nask = "x"'),
        (LintCode.TOML,),
    ),
    "a number of 5,000 digits": (
        FRONT + step(f'id = "long"\nkind = "manual"\nask = {"9" * 5000}', mark="§"),
        (LintCode.TOML_LIMIT,),
    ),
    "a list 3,000 deep": (
        FRONT + step(f'id = "deep"\nneeds = {"[" * 3000}{"]" * 3000}', mark="§"),
        (LintCode.TOML_LIMIT,),
    ),
    "a slip in a key": (FRONT + call('§timout = "2m"\n'), (LintCode.UNKNOWN_KEY,)),
    "a slip in a required key": (
        FRONT + step('id = "slip"\nkind = "manual"\n§aks = "Done?"'),
        (LintCode.UNKNOWN_KEY,),
    ),
    "a slip in spend does not also miss the cap": (
        FRONT + step(CALL.format(id="slip").replace("spend =", "§spnd =")),
        (LintCode.UNKNOWN_KEY,),
    ),
    "a slip in a match": (
        FRONT + call('[[on]]\nmatch = { §statuz = 403 }\noutcome = "fail"\nwhy = "x"\n'),
        (LintCode.UNKNOWN_KEY,),
    ),
    "a slip in the second rule's table": (
        FRONT
        + call(
            RULE + 'outcome = "fail"\nwhy = "x"\n[[on]]\noutcome = "fail"\nwhy = "y"\n'
            '[on.match]\n§cod = "dns"\n'
        ),
        (LintCode.UNKNOWN_KEY,),
    ),
    "a field of another kind": (FRONT + manual("odd", '§prompt = "x"'), (LintCode.OTHER_KIND,)),
    "a required field missing": (
        FRONT + step('id = "lacks"\nkind = "manual"', mark="§"),
        (LintCode.MISSING,),
    ),
    "no id": (FRONT + step('kind = "manual"\nask = "x"', mark="§"), (LintCode.MISSING,)),
    "no kind": (FRONT + step('id = "none"\nask = "x"', mark="§"), (LintCode.MISSING,)),
    "a guard without why": (
        FRONT + manual("guard", 'guards = [§{ file = "x" }]'),
        (LintCode.MISSING,),
    ),
    "a bad id": (
        FRONT + manual("Bad").replace('"Bad"', '§"Bad"') + manual("after", 'needs = [§"Bad"]'),
        (LintCode.VALUE, LintCode.VALUE),
    ),
    "a timeout as a number": (FRONT + manual("odd", "timeout = §120"), (LintCode.VALUE,)),
    "a timeout in words": (FRONT + manual("odd", 'timeout = §"soon"'), (LintCode.VALUE,)),
    "money as a float": (
        FRONT + call("").replace("max_calls = 1", "max_calls = 1, max_usd = §0.5"),
        (LintCode.VALUE,),
    ),
    "a flag as text": (FRONT + manual("odd", 'proof = §"yes"'), (LintCode.VALUE,)),
    "calls without end": (FRONT + call("").replace("= 1 }", "= §0 }"), (LintCode.VALUE,)),
    "a huge hexadecimal number": (
        FRONT + call("").replace("= 1 }", "= §0x" + "f" * 5000 + " }"),
        (LintCode.VALUE,),
    ),
    "a pattern without a group": (
        FRONT + manual("odd", 'capture = { v = { pattern = §"x" } }'),
        (LintCode.VALUE,),
    ),
    "a pattern that does not compile": (
        FRONT + manual("odd", 'capture = { v = { pattern = §"(" } }'),
        (LintCode.VALUE,),
    ),
    "a bad JSON path": (
        FRONT + manual("odd", 'capture = { v = { json = §"a..b" } }'),
        (LintCode.VALUE,),
    ),
    "a bad variable": (FRONT + manual("odd", 'env = { §1x = "y" }'), (LintCode.VALUE,)),
    "an URL with a password": (
        FRONT + step('id = "odd"\nkind = "check"\nurl = §"http://me:secret@host/"'),
        (LintCode.VALUE,),
    ),
    "a credential written out": (
        FRONT + step('id = "odd"\nkind = "handover"\nconfirm = "x"\ncredential = §"sk-123"'),
        (LintCode.VALUE,),
    ),
    "a body that JSON can't hold": (
        FRONT
        + step(
            CALL.format(id="odd").replace('"call"', '"turn"').replace('prompt = "Say it."\n', "")
            + '[request]\nurl = "http://h/"\njson = { a = [1, §nan] }'
        ),
        (LintCode.VALUE,),
    ),
    "an expectation without words": (FRONT + call("expect = [§{}]"), (LintCode.VALUE,)),
    "an outcome that no rule can give": (
        FRONT + call(RULE + 'outcome = §"waived"\nwhy = "x"\n'),
        (LintCode.VALUE,),
    ),
    "a text with an escape": (FRONT + manual("odd", 'set_env = §"A\\u001b"'), (LintCode.VALUE,)),
    "a secret for the environment": (
        FRONT + step('id = "odd"\nkind = "prompt"\nask = "x"\ninput = "secret"\n§set_env = "X"'),
        (LintCode.SECRET_ENV,),
    ),
    "an unknown kind": (
        FRONT + step('id = "odd"\nkind = §"cal"\nprompt = "x"\nask = "y"'),
        (LintCode.KIND,),
    ),
    "two ways to be ready": (
        FRONT
        + step(
            'id = "svc"\nkind = "service"\nready = { tcp = "h:1", §line = "up" }',
            runs="```bash run\nserve\n```\n\n",
        ),
        (LintCode.TOGETHER,),
    ),
    "a service that detaches without a stop": (
        FRONT
        + step(
            'id = "svc"\nkind = "service"\n§detaches = true\nready = { line = "up" }',
            runs="```bash run\nserve\n```\n\n",
        ),
        (LintCode.TOGETHER,),
    ),
    "a json test without a path": (
        FRONT + call('expect = [{ §is = "present" }]'),
        (LintCode.TOGETHER,),
    ),
    "a path without a test": (FRONT + call('expect = [{ §json = "a" }]'), (LintCode.TOGETHER,)),
    "a subscription capped in dollars": (
        FRONT + call("").replace("spend =", "§spend =").replace("max_calls = 1", 'max_usd = "1"'),
        (LintCode.TOGETHER,),
    ),
    "a run without a run block": (
        FRONT + step('id = "r-n"\nkind = "run"', mark="§"),
        (LintCode.TOGETHER,),
    ),
    "an unknown code": (
        FRONT
        + call(
            '[[on]]\nmatch = { code = ["dns", §"edge-chalenge"] }\noutcome = "blocked"\nwhy = "x"\n'
        ),
        (LintCode.CODE,),
    ),
    "a rule that passes": (
        FRONT + call(RULE + 'outcome = §"pass"\nwhy = "x"\n'),
        (LintCode.RULE_PASS,),
    ),
    "a rule without an aim": (
        FRONT + call('[[§on]]\nmatch = { code = "dns" }'),
        (LintCode.RULE_AIM,),
    ),
    "a rule with two aims": (
        FRONT
        + call('[[§on]]\nmatch = { code = "dns" }\noutcome = "fail"\nwhy = "x"\ngoto = "drift"\n')
        + FALLBACK,
        (LintCode.RULE_AIM,),
    ),
    "an outcome without why": (
        FRONT + call('[[§on]]\nmatch = { code = "dns" }\noutcome = "fail"\n'),
        (LintCode.RULE_WHY,),
    ),
    "two commands for a service": (
        FRONT
        + step(
            'id = "svc"\nkind = "service"\nready = { line = "up" }',
            runs="§```bash run\none\ntwo\n```\n\n",
        ),
        (LintCode.RUN_BLOCKS,),
    ),
    "a run block for a person": (
        FRONT + manual("odd", head="## S\n\nWords.\n\n§```bash run\nls\n```\n\n"),
        (LintCode.RUN_BLOCKS,),
    ),
    "a run block of comments": (
        FRONT + run("r-n", "# nothing\n\n", mark="§"),
        (LintCode.EMPTY_RUN,),
    ),
    "an open quote": (FRONT + run("r-n", "ls §'a b"), (LintCode.QUOTES,)),
    "a command without a name": (FRONT + run("r-n", "§'' x"), (LintCode.QUOTES,)),
    "a pipe": (FRONT + run("r-n", "ls -l §| wc"), (LintCode.NEEDS_SHELL,)),
    "a pipe on a continued line": (
        FRONT + run("r-n", "ls \\\n  -l §| wc"),
        (LintCode.NEEDS_SHELL,),
    ),
    "a variable": (FRONT + run("r-n", 'echo "§$HOME"'), (LintCode.NEEDS_SHELL,)),
    "a word of the shell": (FRONT + run("r-n", "§cd /tmp"), (LintCode.NEEDS_SHELL,)),
    "a variable before the command": (FRONT + run("r-n", "§A=1 ls"), (LintCode.NEEDS_SHELL,)),
    "an expression": (FRONT + run("r-n", "echo '§{{ a + b }}'"), (LintCode.TEMPLATE,)),
    "a template left open": (FRONT + run("r-n", "echo §{{ a"), (LintCode.TEMPLATE,)),
    "a slip in a template": (
        FRONT
        + run("one", "ls", 'capture = { org_id = { json = "id" } }')
        + run("two", "ls §{{ org_i }}", 'needs = ["one"]'),
        (LintCode.TEMPLATE_NAME,),
    ),
    "a value of a broken step is no news": (
        FRONT
        + step('id = "one"\nkind = §= "run"\ncapture = { org_id = { json = "id" } }')
        + run("two", "ls {{ org_id }}", 'needs = ["one"]'),
        (LintCode.TOML,),
    ),
    "a value of a later step": (
        FRONT
        + run("one", "ls §{{ org_id }}")
        + run("two", "ls", 'capture = { org_id = { json = "id" } }'),
        (LintCode.TEMPLATE_NAME,),
    ),
    "an unknown value in an URL": (
        FRONT + step('id = "odd"\nkind = "check"\nurl = §"http://h/{{ nope }}"'),
        (LintCode.TEMPLATE_NAME,),
    ),
    "a template in a shell block": (
        FRONT + run("r-n", "echo §{{ project }} | wc", info="bash run shell"),
        (LintCode.TEMPLATE_SHELL,),
    ),
    "a secret on a command line": (
        FRONT
        + run("one", "ls", 'capture = { tok = { pattern = "(x)", secret = true } }')
        + run("two", "ls §{{ tok }}", 'needs = ["one"]'),
        (LintCode.SECRET_ARGUMENT,),
    ),
    "a secret in the environment of a command": (
        FRONT
        + run("one", "ls", 'capture = { tok = { pattern = "(x)", secret = true } }')
        + run("two", "ls", 'needs = ["one"]\nenv = { TOK = §"{{ tok }}" }'),
        (LintCode.SECRET_ENV,),
    ),
    "a status of commands": (
        FRONT + run("one", "ls", "expect = [{ exit = 0 }, { §status = 200 }]"),
        (LintCode.NEVER_MET,),
    ),
    "an exit of an address": (
        FRONT + step('id = "odd"\nkind = "check"\nurl = "http://h/"\nexpect = [{ §exit = 0 }]'),
        (LintCode.NEVER_MET,),
    ),
    "a stand-in of commands without what they print": (
        FRONT
        + step(
            'id = "odd"\nkind = "check"\n§stand_in = { status = 200 }',
            runs="```bash run\nls\n```\n\n",
        ),
        (LintCode.STAND_IN,),
    ),
    "a stand-in of an address without a status": (
        FRONT + step('id = "odd"\nkind = "check"\nurl = "http://h/"\n§stand_in = { output = "x" }'),
        (LintCode.STAND_IN,),
    ),
    "a secret that a stand-in spells out": (
        FRONT
        + run(
            "one",
            "ls",
            'capture = { tok = { json = "t", secret = true } }\n'
            '§stand_in = { output = \'{"t": "abc"}\' }',
        ),
        (LintCode.STAND_IN_SECRET,),
    ),
    "a secret in the address of a page": (
        FRONT
        + run("one", "ls", 'capture = { tok = { json = "x", secret = true } }')
        + step(
            'id = "odd"\nkind = "handover"\nconfirm = "Seen?"\nneeds = ["one"]\n'
            'open = §"https://h.example/?t={{ tok }}"'
        ),
        (LintCode.SECRET_ADDRESS,),
    ),
    "a leaf of the bundle in an address that is looked at": (
        FRONT
        + step('id = "odd"\nkind = "check"\nurl = §"https://h.example/{{ bundle.access_token }}"'),
        (LintCode.SECRET_ADDRESS,),
    ),
    "a leaf of the bundle where a service is ready": (
        FRONT
        + run(
            "one", "ls", 'ready = { http = §"http://h.example/{{ bundle.account_id }}" }'
        ).replace('"run"', '"service"'),
        (LintCode.SECRET_ADDRESS,),
    ),
    "a value that is not needed": (
        FRONT
        + run("one", "ls", 'capture = { org_id = { json = "id" } }')
        + run("two", "ls §{{ org_id }}"),
        (LintCode.VALUE_NOT_NEEDED,),
    ),
    "a template that nobody fills in": (
        FRONT
        + step('id = "odd"\nkind = "handover"\nneeds = []\nconfirm = §"Open {{ stack_url }}"'),
        (LintCode.TEMPLATE_IDLE,),
    ),
    "an id twice": (
        FRONT + manual("same") + manual("same").replace("id = ", "id = §"),
        (LintCode.TWICE,),
    ),
    "needs nobody": (
        FRONT + manual("a-a") + manual("b-b", 'needs = ["a-a", §"a-x"]'),
        (LintCode.NEEDS_NOBODY,),
    ),
    "needs a later step": (
        FRONT + manual("a-a", 'needs = [§"b-b"]') + manual("b-b"),
        (LintCode.NEEDS_LATER,),
    ),
    "needs itself": (FRONT + manual("a-a", 'needs = [§"a-a"]'), (LintCode.NEEDS_LOOP,)),
    "needs in a circle": (
        FRONT
        + manual("a-a", 'needs = [§"c-c"]')
        + manual("b-b", 'needs = ["a-a"]')
        + manual("c-c", 'needs = ["b-b"]'),
        (LintCode.NEEDS_LOOP,),
    ),
    "needs a fallback": (
        FRONT + call(RULE + 'goto = "drift"\n') + FALLBACK + manual("z-z", 'needs = [§"drift"]'),
        (LintCode.NEEDS_FALLBACK,),
    ),
    "goto nobody": (
        FRONT
        + call(RULE + 'goto = §"drfit"\n')
        + call(RULE + 'goto = "drift"\n', "c-c")
        + FALLBACK,
        (LintCode.GOTO_NOBODY,),
    ),
    "goto a plain step": (FRONT + GOOD + call(RULE + 'goto = §"good"\n'), (LintCode.GOTO_STEP,)),
    "a fallback that goes to itself": (
        FRONT
        + call(RULE + 'goto = "drift"\n')
        + FALLBACK.replace("\n```\n", "\n" + RULE + 'goto = §"drift"\n```\n'),
        (LintCode.ENDLESS,),
    ),
    "two fallbacks in a circle": (
        FRONT
        + call(RULE + 'goto = "drift"\n')
        + FALLBACK.replace("\n```\n", "\n" + RULE + 'goto = "other"\n```\n')
        + FALLBACK.replace('"drift"', '"other"').replace(
            "\n```\n", "\n" + RULE + 'goto = §"drift"\n```\n'
        ),
        (LintCode.ENDLESS,),
    ),
    "more tries than anyone wants": (
        FRONT
        + call(RULE + 'goto = "f-a"\n')
        + "".join(
            FALLBACK.replace('"drift"', f'"f-{a}"')
            .replace("max = 1", "max = 5")
            .replace("\n```\n", f'\n{RULE}goto = "f-{b}"\n```\n')
            for a, b in ("ab", "bc", "cd")
        ).replace('goto = "f-b"', 'goto = §"f-b"')
        + FALLBACK.replace('"drift"', '"f-d"').replace("max = 1", "max = 5"),
        (LintCode.ENDLESS,),
    ),
    "a fallback without a bound": (
        FRONT
        + call(RULE + 'goto = "drift"\n')
        + FALLBACK.replace("retry = { max = 1 }\n", "").replace("fallback", "§fallback"),
        (LintCode.UNBOUNDED,),
    ),
    "restart nobody": (FRONT + manual("a-a", 'restart = [§"stack"]'), (LintCode.RESTART,)),
    "restart a person": (FRONT + GOOD + manual("a-a", 'restart = [§"good"]'), (LintCode.RESTART,)),
    "retry outside a fallback": (
        FRONT + manual("a-a", "§retry = { max = 1 }"),
        (LintCode.RETRY_ALONE,),
    ),
    "a fallback without a way": (
        FRONT + GOOD + FALLBACK.replace("fallback", "§fallback"),
        (LintCode.UNREACHED,),
    ),
    "a captured name twice": (
        FRONT
        + run("one", "ls", 'capture = { v = { json = "id" } }')
        + run("two", "ls", 'capture = { §v = { json = "id" } }'),
        (LintCode.CAPTURE_TWICE,),
    ),
    "a capture named as a setting": (
        FRONT + run("one", "ls", 'capture = { §project = { json = "id" } }'),
        (LintCode.CAPTURE_TWICE,),
    ),
    "a live call without a cap": (
        FRONT + step('id = "live"\nkind = "call"\nprompt = "x"', mark="§"),
        (LintCode.NO_CAP,),
    ),
    "a live battery without a cap": (
        FRONT + step('id = "live"\nkind = "battery"\npack = "p"\nprovider = "live"', mark="§"),
        (LintCode.NO_CAP,),
    ),
    "a recording without a cap": (
        FRONT + step('id = "rec"\nkind = "record"\npack = "p"\nrecord_mode = "once"', mark="§"),
        (LintCode.NO_CAP,),
    ),
    "spends without spend": (FRONT + manual("a-a", '§effects = "spends"'), (LintCode.NO_SPEND,)),
    "spend without spends": (
        FRONT + manual("a-a", '§spend = { kind = "subscription", max_calls = 1 }'),
        (LintCode.IDLE_SPEND,),
    ),
    "proof of nothing": (FRONT + manual("a-a", "§proof = true"), (LintCode.IDLE_PROOF,)),
}


@pytest.mark.parametrize("name", CASES)
def test_each_mistake_is_found_where_it_is(name: str) -> None:
    source, codes = CASES[name]
    text, places = expected(source)
    found = parse(text, "book.md").diagnostics
    assert [(d.code, d.line, d.col) for d in found] == [
        (rb.code, *place) for rb, place in zip(codes, places, strict=True)
    ]
    assert [d.severity for d in found] == [rb.severity for rb in codes]
    assert all(d.message and d.remedy for d in found)


@pytest.mark.parametrize("name", CASES)
def test_line_ends_and_a_byte_order_mark_change_no_place(name: str) -> None:
    text, _ = expected(CASES[name][0])
    plain = [(d.code, d.line, d.col) for d in parse(text, "book.md").diagnostics]
    crlf = "\ufeff" + text.replace("\n", "\r\n")
    again = [(d.code, d.line, d.col) for d in parse(crlf.encode(), "book.md").diagnostics]
    assert again == plain


def test_only_errors_keep_the_runbook_back() -> None:
    for source, codes in CASES.values():
        parsed = parse(expected(source)[0], "book.md")
        assert (parsed.runbook is None) == any(rb.severity == "error" for rb in codes)


def test_every_code_has_a_case_and_a_number_of_its_own() -> None:
    of_files = {
        LintCode.UNREADABLE,
        LintCode.LINK,
        LintCode.NOT_A_FILE,
        LintCode.TOO_LARGE,
        LintCode.NOT_UTF8,
    }
    assert {rb for _, codes in CASES.values() for rb in codes} | of_files == set(LintCode)
    assert len({rb.code for rb in LintCode}) == len(LintCode)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("a slip in a key", "did you mean 'timeout'?"),
        ("a slip in a match", "unknown key 'statuz' in on.1.match; did you mean 'status'?"),
        ("a slip in a front key", "did you mean 'title'?"),
        ("an unknown code", "did you mean 'edge-challenge'?"),
        ("an unknown kind", "did you mean 'call'?"),
        ("a slip in a template", "did you mean 'org_id'?"),
        ("goto nobody", "did you mean 'drift'?"),
        ("a field of another kind", "'prompt' belongs to 'call', not in a 'manual' step"),
        ("nearly a step", "did you mean 'toml step'?"),
        ("an id twice", "first on line 12"),
        ("needs in a circle", "a-a → c-c → b-b → a-a"),
    ],
)
def test_messages_say_what_was_meant(name: str, hint: str) -> None:
    (found,) = parse(expected(CASES[name][0])[0], "book.md").diagnostics
    assert hint in found.message


def test_the_text_form_and_the_source_line() -> None:
    text, _ = expected(CASES["a timeout in words"][0])
    (found,) = parse(text, "dir/book.md").diagnostics
    assert str(found).startswith("dir/book.md:15:11: error: RB035 timeout: ")
    assert found.source_line == 'timeout = "soon"'
    text, _ = expected(CASES["an escape character"][0])
    assert parse(text, "b").diagnostics[0].source_line == "A \ufffd[2J line."


def test_seven_mistakes_make_seven_findings() -> None:
    text, places = expected(
        FRONT.replace("title", "issue: X-1\n§issue: X-2\ntitle")
        + step('id = "stack-up"\nkind = "service"\nready = §soon\nstop = "stop"')
        + run("seed", "make seed §| tee log", 'capture = { org = { json = "id" } }')
        + step(
            'id = "look"\nkind = "check"\nneeds = ["stack-up", "seed"]\n'
            'url = "http://h/{{ org }}"\n§timout = "2m"'
        )
        + step(
            CALL.format(id="talk") + 'needs = ["look"]\n'
            '[[on]]\nmatch = { §statuz = 403 }\ngoto = "drift"\n'
            '[[on]]\nmatch = { code = "dns" }\noutcome = §"pass"\nwhy = "x"'
        )
        + manual("done", 'needs = ["talk", §"loook"]')
        + FALLBACK.replace("retry = {", 'restart = ["stack-up"]\nretry = {')
    )
    found = parse(text, "b.md").diagnostics
    assert [(d.line, d.col) for d in found] == places
    assert [d.code for d in found] == [
        "RB014",
        "RB030",
        "RB053",
        "RB032",
        "RB032",
        "RB039",
        "RB061",
    ]


def test_a_comparison_is_read_with_its_threshold_test_and_case() -> None:
    table = 'threshold = 0.7, test = "tests/x.py::TestC::test_y[a]", case = "sum"'
    text = FRONT + call(COMPARED.format(table))
    runbook = parse(text, "book.md").runbook
    assert runbook is not None
    assert runbook.steps[0].expect[0].conditions[0].value == {
        "baseline": "b/x.txt",
        "threshold": 0.7,
        "test": "tests/x.py::TestC::test_y[a]",
        "case": "sum",
    }


def test_the_text_form_of_a_threshold_stays_readable() -> None:
    runbook = parse(FRONT + call(COMPARED.format('threshold = "0.7"')), "book.md").runbook
    assert runbook is not None
    assert runbook.steps[0].expect[0].conditions[0].value["threshold"] == 0.7
