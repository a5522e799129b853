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
from smoke_tui.client_look import RUNBOOK, NoClient, capture_fact, compare_with_client
from smoke_tui.journal.file import private_folder, replace_private
from smoke_tui.journal.inbox import Fact
from smoke_tui.launch import CommandError, Given, config_from
from smoke_tui.outcomes import Exit
from smoke_tui.runbook import parse
from smoke_tui.secrecy import clean
from smoke_tui.settings import Settings
from smoke_tui.world.config import Config
from smoke_tui.world.live.live import read_plain_file


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
    fact = capture_fact(_config(settings), settings.get("model"), settings.state_dir)
    if fact.data["problem"]:
        raise CommandError(Exit.NOT_PROVABLE, f"{fact.data['problem']}; --codex PATH names another")
    return fact, fact.secrets["value"].reveal()


def _config(settings: Settings) -> Config:
    runbook = parse(RUNBOOK, "client.md").runbook
    assert runbook is not None
    return config_from(settings, runbook, Given({}, "none"))


def wire(options: argparse.Namespace, settings: Settings) -> int:
    """`wire`: 0 where every difference is a known one, 1 where one is not."""
    config = _config(settings)
    try:
        found = compare_with_client(config, settings.get("model"), config.shape,
                                    settings.state_dir)
    except NoClient as problem:
        raise CommandError(Exit.NOT_PROVABLE, f"{problem}; --codex PATH names another") from None
    code = Exit.FAILED if found.unexplained else Exit.OK
    if options.json:
        print_json({
            "schema": "smoke-wire/1", "exit_code": int(code), "shape": found.shape,
            "client_version": found.version, "model": found.model,
            "instructions_at": found.place,
            "differences": [asdict(difference) for difference in found.differences],
        })
        return code
    *lines, last = found.lines()
    for line in lines:
        print(clean(line))
    print(f"wire: {last}")
    return code
