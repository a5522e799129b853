"""`cassettes`: recorded exchanges: lint, list, show, review, record, and the pre-push hook."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from smoke_tui.cli.cassette_options import CassetteOptions
from smoke_tui.cli.commands.cassettes_review import accept, diff
from smoke_tui.cli.output import print_json
from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.outcomes import Exit
from smoke_tui.presentation.format import count
from smoke_tui.redaction import Vault, clean
from smoke_tui.world.cassettes.cassette import Cassette, CassetteError, Interaction
from smoke_tui.world.cassettes.lint import LintResult, lint_paths, lint_texts
from smoke_tui.world.cassettes.listing import ListedCase, list_cases
from smoke_tui.world.cassettes.push import HookError, install_hook, pushed
from smoke_tui.world.cassettes.store import path_of, read_cassette
from smoke_tui.world.git import GitError

_MOST_BODY: Final = 4000
"""Characters of a body that `show` prints."""


def cassettes(settings: Settings, options: CassetteOptions) -> int:
    """Do one of the things that can be done with recorded exchanges.

    Raises:
        CommandError: a file or folder can't be read, or PyYAML is missing.
        UsageError: the arguments do not fit what is to be done.
    """
    return _WHAT[options.what](settings, options.files, options)


Run = Callable[[Settings, Sequence[Path], CassetteOptions], int]


def _lint(settings: Settings, paths: Sequence[Path], options: CassetteOptions) -> int:
    try:
        if options.pre_push is not None:
            refs = sys.stdin.read()
            texts = pushed(Path.cwd(), options.pre_push, refs, [str(path) for path in paths])
            result = lint_texts(texts)
        else:
            result = lint_paths(paths)
    except (OSError, GitError) as error:
        raise CommandError(Exit.NOT_PROVABLE, str(error)) from None
    if options.json:
        print_json(_lint_object(result))
    else:
        for line in result.lines:
            print(clean(line.text()))
    print(result.summary(), file=sys.stderr)
    return result.exit


def _lint_object(result: LintResult) -> dict[str, Any]:
    return {
        "schema": "smoke-cassettes-lint/1",
        "exit_code": int(result.exit),
        "checked": result.checked,
        "findings": [
            {"path": line.path, "line": line.line, "code": line.code, "message": line.message}
            for line in result.lines
        ],
    }


def _list(settings: Settings, paths: Sequence[Path], options: CassetteOptions) -> int:
    cases = [listed for path in paths for listed in _cases_below(path)]
    if options.json:
        print_json({"schema": "smoke-cassettes/1", "cases": [_row_object(c) for c in cases]})
    else:
        from smoke_tui.presentation.cases import case_summary, case_table

        rows = [case.row for case in cases]
        for line in case_table(rows, width=shutil.get_terminal_size().columns):
            print(clean(line))
        if rows:
            print(clean(case_summary(rows)))
    if not cases:
        print("0 cases: nothing is recorded here", file=sys.stderr)
        return Exit.NOTHING
    return Exit.INVALID if any(c.row.problem for c in cases) else Exit.OK


def _cases_below(path: Path) -> list[ListedCase]:
    try:
        return list_cases(path)
    except OSError as error:
        raise CommandError(Exit.NOTHING, f"{path}: {error.strerror or error}") from None


def _row_object(listed: ListedCase) -> dict[str, Any]:
    row = listed.row
    return {name: getattr(row, name) for name in row.__struct_fields__} | {
        "path": str(listed.path.accepted)
    }


def _show(settings: Settings, paths: Sequence[Path], options: CassetteOptions) -> int:
    vault = Vault()
    for path in paths:
        files = path_of(path)
        wanted = path if path.is_file() and path.suffix in (".yaml", ".yml") else files.newest
        if not wanted.exists():
            raise CommandError(Exit.NOTHING, f"{wanted}: there is no such recording")
        try:
            cassette = read_cassette(wanted)
        except CassetteError as error:
            raise CommandError(Exit.INVALID, str(error)) from None
        for line in _cassette_lines(cassette, str(wanted)):
            print(clean(vault.redact_text(line)))
    return Exit.OK


def _cassette_lines(cassette: Cassette, name: str) -> list[str]:
    lines = [f"{name}: {count(len(cassette.interactions), 'exchange')}, {len(cassette.cut)} cut"]
    note = cassette.note
    if note is None:
        lines.append("recorded by another program: no times, no prompt's hash")
    else:
        lines.append(
            f"case {note.case}, model {note.model or 'unknown'}, {note.world} world, "
            f"prompt sha256 {note.prompt_sha256[:12]}"
        )
    lines.append(f"exchanges sha256 {cassette.digest()}")
    for number, made in enumerate(cassette.interactions, 1):
        lines += _interaction_lines(f"{number}", made)
    for number, made in enumerate(cassette.cut, 1):
        lines += _interaction_lines(f"cut {number} ({made.cut}; never replayed)", made)
    return lines


def _interaction_lines(title: str, made: Interaction) -> list[str]:
    request, response = made.request, made.response
    lines = ["", f"{title}. {request.method} {request.uri}"]
    lines += [f"  > {name}: {value}" for name, value in request.headers]
    lines += [f"  > {line}" for line in _body_lines(request.body)]
    lines.append(f"  < {response.status} {response.message}".rstrip())
    lines += [f"  < {name}: {value}" for name, value in response.headers]
    lines += [f"  < {line}" for line in _body_lines(response.body)]
    if made.chunks:
        lines.append(
            f"  {len(made.chunks)} pieces, first after {made.chunks[0][1]} ms, "
            f"last after {made.chunks[-1][1]} ms, recorded {made.recorded_at or 'at an unknown time'}"
        )
    return lines


def _body_lines(body: bytes | None) -> list[str]:
    if not body:
        return []
    text = body.decode("utf-8", "backslashreplace")
    shown = text[:_MOST_BODY].splitlines()
    return shown + (
        [f"… {len(text) - _MOST_BODY:,} more characters"] if len(text) > _MOST_BODY else []
    )


def _record(settings: Settings, paths: Sequence[Path], options: CassetteOptions) -> int:
    from smoke_tui.cli.commands.cassettes_record import record

    return record(settings, paths, options)


def _install_hook(settings: Settings, paths: Sequence[Path], options: CassetteOptions) -> int:
    if len(paths) != 1:
        raise UsageError("install-hook takes one PATH")
    try:
        hook = install_hook(paths[0], _own_program())
    except GitError as error:
        raise CommandError(Exit.NOT_PROVABLE, str(error)) from None
    except HookError as error:
        raise CommandError(Exit.USAGE, str(error)) from None
    except OSError as error:
        raise CommandError(Exit.NOT_PROVABLE, f"{error.filename}: {error.strerror}") from None
    print(f"wrote {hook}: every push is checked for secrets in {paths[0]}")
    return Exit.OK


def _own_program() -> list[str]:
    """The words that start this program, in a form that outlives the current folder."""
    started = Path(sys.argv[0])
    if started.name == "smoke-tui":
        return [str(Path(shutil.which(sys.argv[0]) or started).absolute())]
    return [sys.executable, "-m", "smoke_tui"]


_WHAT: Final[Mapping[str, Run]] = {
    "lint": _lint,
    "list": _list,
    "show": _show,
    "diff": diff,
    "accept": accept,
    "record": _record,
    "install-hook": _install_hook,
}
