"""`new`: a runbook or a scenario of one's own, from a template."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from smoke_tui.config.names import STEP_ID
from smoke_tui.config.settings import Settings, config_dir
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.outcomes import Exit
from smoke_tui.redaction import clean
from smoke_tui.runbook import available, find, load
from smoke_tui.runbook.schema.match import STEP_ID_TEXT
from smoke_tui.runbook.starter import copied, starter

RUNBOOK: Final = "runbook"
GOLDEN: Final = "golden"
_ABOUT: Final = {
    RUNBOOK: "a runbook of four steps that passes in a rehearsal as it stands (the default)",
    GOLDEN: "a scenario with fakes, in runbooks/goldens/NAME",
}
_SUFFIX: Final = ".md"


def new(settings: Settings, *, name: str | None, template: str | None) -> int:
    """Make something new from a template; without a name, list the templates.

    Raises:
        UsageError: there is no such template, or the name can't be used.
        CommandError: it can't be written (4).
    """
    if name is None:
        return _list(template)
    if template == GOLDEN:
        return _golden(name)
    return _runbook(name, template or RUNBOOK)


def _list(template: str | None) -> int:
    if template is not None:
        raise UsageError(f"new: give a name: smoke-tui new NAME --from {template}")
    print("smoke-tui new NAME --from TEMPLATE, where TEMPLATE is one of")
    for word, about in (*_ABOUT.items(), *_copies().items()):
        print(clean(f"  {word:<22}{about}", keep_newlines=False))
    return Exit.OK


def _copies() -> dict[str, str]:
    """The runbooks that a copy can be made of, by id, with their titles."""
    parsed = (load(path).runbook for path in available(cwd=Path.cwd(), config_dir=config_dir()))
    return {book.id: f"a copy of: {book.title}" for book in parsed if book is not None}


def _runbook(name: str, template: str) -> int:
    target = _target(name)
    runbook_id = target.stem
    if re.fullmatch(STEP_ID.strip("^$"), runbook_id) is None:
        like = re.sub(r"[^a-z0-9]+", "-", runbook_id.lower()).strip("-")
        usable = re.fullmatch(STEP_ID.strip("^$"), like) is not None
        raise UsageError(
            f"{runbook_id!r} is no {STEP_ID_TEXT.removeprefix('an ')}"
            + (f"; {like} is one" if usable else "")
        )
    if os.path.lexists(target):
        raise UsageError(f"{target} exists and is left as it is; choose another name")
    taken = find(runbook_id, cwd=Path.cwd(), config_dir=config_dir())
    if taken is not None:
        raise UsageError(f"{runbook_id} is the id of {taken} already; choose another name")
    text = starter(runbook_id) if template == RUNBOOK else _copy(template, runbook_id)
    _write(target, text)
    in_folder = target.parent == Path("runbooks")
    shown = runbook_id if in_folder else str(target)
    print(clean(str(target), keep_newlines=False))
    as_it_is = "passes as it stands, and nothing is sent"
    steps = {
        f"smoke-tui --check {shown} --rehearse": (
            as_it_is if template == RUNBOOK else "the whole walk, and nothing is sent"
        ),
        f"smoke-tui --rehearse {shown}": "the same in the app, step by step",
        f"smoke-tui lint {shown}": "after each change",
        "smoke-tui explain step": "what a step can hold",
    }
    width = max(map(len, steps))
    for number, (command, about) in enumerate(steps.items()):
        head = "     " if number else "next:"
        print(clean(f"{head} {command:<{width}}   {about}", keep_newlines=False))
    return Exit.OK


def _target(name: str) -> Path:
    """Where a new runbook goes: a path that is given, or the project's folder of runbooks."""
    if not name.strip() or "\0" in name:
        raise UsageError(f"{name!r} is no name of a runbook")
    path = Path(name)
    if path.name != name or path.suffix == _SUFFIX:
        return path if path.suffix == _SUFFIX else path.with_name(path.name + _SUFFIX)
    return Path("runbooks") / f"{name}{_SUFFIX}"


def _copy(template: str, runbook_id: str) -> str:
    path = find(template, cwd=Path.cwd(), config_dir=config_dir())
    runbook = load(path).runbook if path is not None else None
    if runbook is None:
        words = ", ".join((*_ABOUT, *_copies()))
        problem = "has errors (smoke-tui lint)" if path is not None else "is none of the templates"
        raise UsageError(f"--from: {template!r} {problem}; give one of {words}")
    return copied(runbook.text, runbook_id)


def _write(target: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(
            Exit.NOT_PROVABLE, f"{target.parent}: no folder there: {error.strerror or error}"
        ) from None
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{target} exists and is left as it is; choose another name") from None
    except OSError as error:
        raise CommandError(
            Exit.NOT_PROVABLE, f"{target}: it can't be written: {error.strerror or error}"
        ) from None


def _golden(name: str) -> int:
    from smoke_tui.world.goldens.new_pack import new_pack

    pack = new_pack(name, cwd=Path.cwd())
    for path in sorted(pack.path.iterdir()):
        print(clean(f"{pack.shown}/{path.name}", keep_newlines=False))
    shown = pack.shown if "/" in name else pack.name
    print(clean(f"next: change both inputs, then smoke-tui golden {shown} --update"))
    return Exit.OK
