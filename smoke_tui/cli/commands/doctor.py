"""`doctor`: this machine, and where each setting came from."""

from __future__ import annotations

from smoke_tui import __version__
from smoke_tui.cli.output import print_json
from smoke_tui.cli.table import table
from smoke_tui.config.settings import OPTIONS, Settings
from smoke_tui.doctor import default_of, run_checks, shown
from smoke_tui.history.leftovers import left_behind
from smoke_tui.outcomes import Exit
from smoke_tui.presentation.format import count
from smoke_tui.structs import asdict


def doctor(settings: Settings, *, stop_leftovers: bool, json: bool) -> int:
    """Print every check; a problem exits 4."""
    if stop_leftovers:
        return _stop_leftovers(settings)
    checks = run_checks(settings)
    problems = [check for check in checks if check.status == "problem"]
    code = Exit.NOT_PROVABLE if problems else Exit.OK
    if json:
        print_json(
            {
                "schema": "smoke-doctor/1",
                "exit_code": int(code),
                "version": __version__,
                "checks": [asdict(check) for check in checks],
                "settings": [
                    {
                        "name": o.name,
                        "value": shown(settings, o.name),
                        "source": settings.source(o.name),
                    }
                    for o in OPTIONS
                ],
            }
        )
        return code
    for check in sorted(checks, key=lambda c: ("problem", "note", "ok").index(c.status)):
        print(f"{check.status:<8}{check.id}: {check.summary}")
        if check.remedy:
            print(f"        next: {check.remedy}")
    changed = [option.name for option in OPTIONS if settings.get(option.name)]
    rest = [option.name for option in OPTIONS if option.name not in changed]
    if changed:
        rows = [(name, shown(settings, name) or "", settings.source(name)) for name in changed]
        print(f"\nsettings you made:\n{table(('SETTING', 'VALUE', 'FROM'), rows)}")
    print("\nsettings as they are by default (smoke-tui help settings says what each is):")
    print(table(("SETTING", "VALUE"), [(name, default_of(settings, name)) for name in rest]))
    print()
    print(f"doctor: {count(len(checks), 'check')}, {count(len(problems), 'problem')}")
    return code


def _stop_leftovers(settings: Settings) -> int:
    """Stop what sessions that broke off have left; 4 where something may still run."""
    left = left_behind(settings.state_dir)
    ended = [process.end() for process in left]
    for process, gone in zip(left, ended, strict=True):
        print(f"{'stopped' if gone else 'not proven gone'}: {process.sentence()}")
    if not left:
        print("nothing was left behind")
    return Exit.OK if all(ended) else Exit.NOT_PROVABLE
