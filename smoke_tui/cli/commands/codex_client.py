"""`instructions` and `wire`: what the installed Codex CLI sends today."""

from __future__ import annotations

import difflib
import hashlib
import os
import sys
from pathlib import Path
from typing import Any

from smoke_tui.cli.output import print_json
from smoke_tui.config.session_config import SessionConfig
from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError
from smoke_tui.files import private_folder, replace_private
from smoke_tui.outcomes import Exit
from smoke_tui.redaction import clean
from smoke_tui.session.codex_client import (
    NoClientError,
    capture_client,
    catalogue_text,
    compare_with_client,
)
from smoke_tui.session.configure import config_from
from smoke_tui.session.resolve import with_client
from smoke_tui.session.secret_options import NO_SECRET_OPTIONS, SecretOptions, read_secret_options
from smoke_tui.session.subscriber_client import UNSEEN
from smoke_tui.structs import asdict
from smoke_tui.world.live.text_files import read_plain_file


def instructions(
    settings: Settings, *, what: str, catalogue: bool, out: str | None, json: bool
) -> int:
    """`instructions capture | show | diff`."""
    folder = settings.state_dir / "instructions"
    if what == "show" and not settings.get("codex") and not settings.get("model"):
        return _show(_latest(folder), json=json)
    result, text = _of_catalogue(settings) if catalogue else _of_client(settings)
    if what == "diff":
        return _diff(_other(folder, settings), text, result, json=json)
    path = Path(out) if out else _own_file(folder, result)
    try:
        replace_private(path, text.encode())
    except OSError as error:
        raise CommandError(Exit.USAGE, f"--out {path}: {error.strerror}") from None
    if what == "show":
        return _show(path, json=json)
    if json:
        print_json({**result, "file": str(path)})
    else:
        print(
            f"{result['source']}, model {result['model']}: {result['chars']} "
            f"characters, {result['bytes']} bytes, sha256 {result['sha256']}"
            f"{', at ' + result['place'] + ' of the request' if result['place'] else ''}\n"
            f"kept in {path}"
        )
    if catalogue:
        print(
            "smoke-tui: this text is a template; what the client sends can differ from it",
            file=sys.stderr,
        )
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
        raise CommandError(
            Exit.NOTHING, "nothing was captured yet; `smoke-tui instructions capture` does it"
        )
    return files[-1]


def _show(path: Path, *, json: bool) -> int:
    text, problem = read_plain_file(str(path))
    if text is None:
        raise CommandError(Exit.NOTHING, str(problem))
    if json:
        print_json({"schema": "smoke-instructions/1", "file": str(path), "chars": len(text)})
    else:
        sys.stdout.write(clean(text))
    return Exit.OK


def _other(folder: Path, settings: Settings) -> Path:
    """The copy to compare with: --instructions, else the one captured last."""
    path = settings.get("instructions")
    return Path(path) if path else _latest(folder)


def _diff(
    other: Path,
    text: str,
    result: dict[str, Any],
    *,
    json: bool,
) -> int:
    """Compare with another copy; 1 where they differ."""
    old, problem = read_plain_file(str(other))
    if old is None:
        raise CommandError(Exit.INVALID, str(problem))
    same = old == text
    lines = list(
        difflib.unified_diff(
            old.splitlines(),
            text.splitlines(),
            str(other),
            str(result["source"]),
            lineterm="",
        )
    )
    if json:
        print_json({**result, "compared_with": str(other), "same": same, "diff_lines": len(lines)})
    else:
        print(
            "\n".join(clean(line) for line in lines)
            if lines
            else "the same text"
            if same
            else "only line ends differ"
        )
    return Exit.OK if same else Exit.FAILED


def _of_catalogue(settings: Settings) -> tuple[dict[str, Any], str]:
    """The catalogue's text.

    Raises:
        CommandError: no model is named (2), or there is no text (4).
    """
    model = settings.get("model")
    if model is None:
        raise CommandError(Exit.USAGE, "--catalogue needs --model")
    secret_options = read_secret_options(settings)
    try:
        text = catalogue_text(
            _config(settings, secret_options), model, secret_options, settings.state_dir
        )
    except NoClientError as problem:
        raise CommandError(Exit.NOT_PROVABLE, str(problem)) from None
    return _summary("the catalogue (unrendered)", "catalogue", model, None, text), text


def _of_client(settings: Settings) -> tuple[dict[str, Any], str]:
    """What the installed client sends.

    Raises:
        CommandError: there is none, or it sends none (4).
    """
    captured = capture_client(_config(settings), settings.get("model"), settings.state_dir)
    sent, secret = captured.request, captured.instructions
    if captured.problem or sent is None or secret is None:
        raise CommandError(Exit.NOT_PROVABLE, _no_client(captured.problem))
    version, text = str(captured.version), secret.reveal()
    return _summary(f"Codex CLI {version}", version, sent.model, sent.place, text), text


def _no_client(problem: object) -> str:
    """The problem, with what to do where it does not say so."""
    text = str(problem)
    return text if "--codex" in text else f"{text}; --codex PATH names another"


def _summary(source: str, version: str, model: str, place: str | None, text: str) -> dict[str, Any]:
    """The printable facts about an instructions text: source, version, length, sha256."""
    raw = text.encode()
    return {
        "schema": "smoke-instructions/1",
        "source": source,
        "version": version,
        "model": model,
        "place": place,
        "chars": len(text),
        "bytes": len(raw),
        "sha256": hashlib.sha256(raw).hexdigest(),
    }


def _config(settings: Settings, secret_options: SecretOptions = NO_SECRET_OPTIONS) -> SessionConfig:
    return with_client(config_from(settings, None, secret_options))


def wire(settings: Settings, *, json: bool) -> int:
    """`wire`: 0 where every difference is a known one, 1 where one is not."""
    config = _config(settings)
    try:
        comparison = compare_with_client(
            config, settings.get("model"), config.shape, settings.state_dir
        )
    except NoClientError as problem:
        raise CommandError(Exit.NOT_PROVABLE, _no_client(problem)) from None
    code = Exit.FAILED if comparison.unexplained else Exit.OK
    if json:
        print_json(
            {
                "schema": "smoke-wire/1",
                "exit_code": int(code),
                "shape": comparison.shape,
                "client_version": comparison.version,
                "model": comparison.model,
                "instructions_at": comparison.place,
                "differences": [asdict(difference) for difference in comparison.differences],
                "subscriber": {
                    "captured": comparison.subscribed is not None,
                    "why_not": comparison.unseen,
                    "not_shown": [] if comparison.subscribed is not None else list(UNSEEN),
                    "differences": [asdict(row) for row in comparison.subscribed or ()],
                },
                "input": [dict(item) for item in comparison.items],
            }
        )
        return code
    *lines, last = comparison.lines()
    for line in lines:
        print(clean(line))
    print(f"wire: {last}")
    return code
