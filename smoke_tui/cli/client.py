"""`instructions` and `wire`: what the installed Codex CLI sends today."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from smoke_tui.cli.printing import print_json
from smoke_tui.codex.shapes import SHAPES
from smoke_tui.codex.wire import Difference, compare, our_call
from smoke_tui.journal.file import private_folder, replace_private
from smoke_tui.journal.inbox import Fact
from smoke_tui.launch import CommandError, Given, config_from
from smoke_tui.outcomes import Exit
from smoke_tui.runbook import Runbook, parse
from smoke_tui.secrecy import clean
from smoke_tui.session import look
from smoke_tui.settings import Settings, UsageError
from smoke_tui.world.config import Config
from smoke_tui.world.context import StepContext
from smoke_tui.world.live.live import FileClipboard, Hands, NoBrowser, read_plain_file

RUNBOOK = """\
---
schema: smoke/1
id: client
title: The installed client
---

## Look at the client

```toml step
id   = "client"
kind = "manual"
ask  = "Nothing is asked."
```
"""


def instructions(options: argparse.Namespace, settings: Settings) -> int:
    """`instructions capture | show | diff`."""
    folder = settings.state_dir / "instructions"
    if options.what == "show" and not settings.get("codex") and not settings.get("model"):
        return _show(_latest(folder), options)
    fact, text = _capture(settings)
    result = {"schema": "smoke-instructions/1", "version": fact.data["version"],
              "model": fact.data["model"], "place": fact.data["place"],
              **fact.secrets["value"].public}
    if options.what == "diff":
        return _diff(folder, settings, text, result, options)
    path = Path(options.out) if options.out else _own_file(folder, result)
    try:
        replace_private(path, text.encode())
    except OSError as error:
        raise CommandError(Exit.USAGE, f"--out {path}: {error.strerror}") from None
    if options.what == "show":
        return _show(path, options)
    if options.json:
        print_json({**result, "file": str(path)})
    else:
        print(f"Codex CLI {result['version']}, model {result['model']}: {result['chars']} "
              f"characters, {result['bytes']} bytes, sha256 {result['sha256']}, at "
              f"{result['place']} of the request\nkept in {path}")
    return Exit.OK


def _own_file(folder: Path, result: dict[str, Any]) -> Path:
    private_folder(folder)
    model = "".join(c if c.isalnum() or c in ".-" else "_" for c in result["model"])
    return folder / f"{model}-{result['version']}-{result['sha256'][:8]}.txt"


def _latest(folder: Path) -> Path:
    """The copy that was captured last.

    Raises:
        CommandError: there is none (5).
    """
    files = sorted(folder.glob("*.txt"), key=os.path.getmtime) if folder.is_dir() else []
    if not files:
        raise CommandError(Exit.NOTHING, "nothing was captured yet; `smoke-tui instructions "
                                         "capture` does it")
    return files[-1]


def _show(path: Path, options: argparse.Namespace) -> int:
    text, problem = read_plain_file(str(path))
    if text is None:
        raise CommandError(Exit.NOTHING, str(problem))
    if options.json:
        print_json({"schema": "smoke-instructions/1", "file": str(path), "chars": len(text)})
    else:
        sys.stdout.write(clean(text))
    return Exit.OK


def _diff(
    folder: Path, settings: Settings, text: str, result: dict[str, Any],
    options: argparse.Namespace,
) -> int:
    """Compare with --instructions, else with the copy captured last; 1 where they differ."""
    given = settings.get("instructions")
    other = Path(given) if given else _latest(folder)
    old, problem = read_plain_file(str(other))
    if old is None:
        raise CommandError(Exit.INVALID, str(problem))
    same = old == text
    lines = list(difflib.unified_diff(
        old.splitlines(), text.splitlines(), str(other), f"Codex CLI {result['version']}",
        lineterm="",
    ))
    if options.json:
        print_json({**result, "compared_with": str(other), "same": same, "diff_lines": len(lines)})
    else:
        print("\n".join(clean(line) for line in lines) if lines else
              "the same text" if same else "only line ends differ")
    return Exit.OK if same else Exit.FAILED


def _capture(settings: Settings) -> tuple[Fact, str]:
    """Capture from the installed client.

    Raises:
        CommandError: there is none, or it sends none (4).
    """
    fact = _look(settings)
    if fact.data["problem"]:
        raise CommandError(Exit.NOT_PROVABLE, f"{fact.data['problem']}; --codex PATH names another")
    return fact, fact.secrets["value"].reveal()


def _look(settings: Settings) -> Fact:
    runbook, config = _own(settings)
    hands = Hands(NoBrowser(), FileClipboard(settings.state_dir))

    async def what(ctx: StepContext) -> Fact:
        return await ctx.capture_client(settings.get("model"))

    fact: Fact = look(config, hands, {}, what, runbook.steps[0])
    return fact


def _own(settings: Settings) -> tuple[Runbook, Config]:
    runbook = parse(RUNBOOK, "client.md").runbook
    assert runbook is not None
    return runbook, config_from(settings, runbook, Given({}, "none"))


def wire(options: argparse.Namespace, settings: Settings) -> int:
    """`wire`: 0 where every difference is a known one, 1 where one is not."""
    fact = _look(settings)
    if "outline" not in fact.data:
        raise CommandError(Exit.NOT_PROVABLE, f"{fact.data['problem']}; --codex PATH names another")
    _, config = _own(settings)
    theirs = fact.data["outline"]
    lite = any(name == "x-openai-internal-codex-responses-lite"
               for name, _ in fact.data["headers"])
    name = config.shape if config.shape != "auto" else "lite" if lite else "classic"
    if name not in SHAPES:
        raise UsageError(f"--shape {name!r} is not one of {', '.join(SHAPES)}")
    found = compare(
        our_call(SHAPES[name], config, fact.data["model"]),
        [(n, v) for n, v in fact.data["headers"]], theirs, fact.data["place"],
    )
    unknown = [difference for difference in found if difference.reason is None]
    code = Exit.FAILED if unknown else Exit.OK
    if options.json:
        print_json({
            "schema": "smoke-wire/1", "exit_code": int(code), "shape": name,
            "client_version": fact.data["version"], "model": fact.data["model"],
            "instructions_at": fact.data["place"],
            "differences": [asdict(difference) for difference in found],
        })
        return code
    print(f"ours: shape {name}; theirs: Codex CLI {fact.data['version']}, model "
          f"{fact.data['model']}, instructions at {fact.data['place']}")
    for difference in found:
        print(clean(_line(difference)))
    print(f"wire: {len(found)} difference(s), {len(unknown)} without a known reason")
    return code


def _line(d: Difference) -> str:
    sides = {"missing": f"theirs {d.theirs}", "extra": f"ours {d.ours}"}.get(
        d.kind, f"ours {d.ours}, theirs {d.theirs}")
    return f"{d.kind:<8}{d.where} {d.name}: {sides} ({d.reason or 'no known reason'})"
