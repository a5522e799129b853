"""`battery`: a pack's cases judged N times, as a session of its own."""

from __future__ import annotations

import json as json_text
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from smoke_tui.cli.answers_file import Headless, Scripted
from smoke_tui.cli.check_options import ResultOptions
from smoke_tui.cli.output import print_json
from smoke_tui.cli.resume_headless import Resumption, resume_headless
from smoke_tui.cli.session_run import run_headless
from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError, UsageError
from smoke_tui.files import StorageError
from smoke_tui.history.find import need_session
from smoke_tui.journal.battery import is_concluded
from smoke_tui.journal.load import InvalidRecordError, load_state
from smoke_tui.judging.battery_pack import Pack, PackError, judge_text, parse_pack
from smoke_tui.judging.cases import SCHEMA
from smoke_tui.outcomes import Exit
from smoke_tui.presentation.format import count
from smoke_tui.redaction import clean
from smoke_tui.runbook import Runbook, parse
from smoke_tui.session.configure import refuse_in_ci
from smoke_tui.session.prepare import new_request, with_consent
from smoke_tui.session.rehearsed import rehearsal
from smoke_tui.structs import Struct, replace
from smoke_tui.world.live.battery_packs import find_pack

STEP: Final = "battery"
MOST_REPEATS: Final = 10_000
MOST_AT_ONCE: Final = 64
NEEDS_BUDGET: Final = (
    "calls of an API key are billed: name the most they may cost with --budget, such as --budget 1"
)

_LOGIN: Final = """
## Log in

Get a credential bundle.

```toml step
id   = "oauth-login"
kind = "login"
```
"""
_BOOK: Final = """\
---
schema: smoke/1
id: battery
title: Battery
---
{login}
## Run the battery

Each case is asked as often as `repeat` says. What was finished is in the record; the session can
be resumed, and makes the missing calls alone.

```toml step
id          = "battery"
kind        = "battery"
pack        = {pack}
provider    = "{provider}"
credential  = "{credential}"
repeat      = {repeat}
concurrency = {concurrency}
{more}```
"""


class BatteryOptions(Struct, frozen=True, kw_only=True):
    """The options of `battery`, by their names on the command line."""

    pack: str
    lint: bool = False
    write_cases: str | None = None
    recordings: str = "."
    repeat: int = 1
    concurrency: int = 4
    provider: str = "fake"
    live: bool = False
    rehearse: bool = False
    scenario: str | None = None
    credential: str = "subscription"
    budget: str | None = None
    stop_at: str | None = None
    resume: str | None = None
    json: bool = False

    @property
    def sends(self) -> bool:
        """Whether calls are made to a provider, or to the rehearsal's."""
        return self.rehearse or self.provider == "live"


def battery(settings: Settings, options: BatteryOptions) -> int:
    """Run a battery, go on with one, or check its pack; returns the exit code.

    Raises:
        UsageError: the options do not fit together, or there is no consent to spend.
        CommandError: the pack can't be read (3), or live calls are refused here (4).
    """
    result = ResultOptions.of(settings, json=options.json)
    if options.resume is not None:
        return _resume(settings, options, result)
    pack, path = _pack(settings, options.pack)
    if options.lint:
        _print_pack(pack, path, json=options.json)
        return Exit.OK
    if options.write_cases is not None:
        _write_cases(pack, Path(settings.project) / options.write_cases)
        return Exit.OK
    _check(options)
    runbook = battery_runbook(options, pack, path)
    if options.rehearse:
        with rehearsal(settings, options.scenario) as world:
            request = new_request(settings, runbook, world)
            request = replace(request, config=replace(request.config, project=settings.project))
            return run_headless(replace(request, answerer=Scripted(world)), result)
    request = replace(new_request(settings, runbook), answerer=Headless({}))
    return run_headless(with_consent(request) if options.sends else request, result)


def _pack(settings: Settings, name: str) -> tuple[Pack, Path]:
    path = find_pack(str(settings.project), name)
    if path is None:
        raise CommandError(
            Exit.INVALID,
            f"there is no pack {name}: neither a file nor an id in runbooks/packs; "
            "format-compliance is shipped",
        )
    try:
        return parse_pack(path.read_bytes(), str(path)), path
    except OSError as error:
        raise CommandError(Exit.INVALID, f"{path}: {error.strerror}") from None
    except PackError as error:
        raise CommandError(Exit.INVALID, str(error)) from None


def _print_pack(pack: Pack, path: Path, *, json: bool) -> None:
    if json:
        print_json(
            {
                "schema": "smoke-battery-lint/1",
                "exit_code": 0,
                "pack": pack.id,
                "path": str(path),
                "sha256": pack.sha256,
                "cases": len(pack.cases),
            }
        )
        return
    passes = sum(case.verdict == "PASS" for case in pack.cases)
    price = f", US${pack.usd_per_call} a call" if pack.usd_per_call is not None else ""
    print(
        clean(
            f"{path}: {count(len(pack.cases), 'case')} ({passes} PASS, {len(pack.cases) - passes} "
            f"FAIL){price}, sha256 {pack.sha256}"
        )
    )


def _write_cases(pack: Pack, folder: Path) -> None:
    """Write a case file and its prompt for each case; what is there stays.

    Raises:
        CommandError: they can't be written (3).
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = 0
        for case in pack.cases:
            file = folder / f"{case.id}.toml"
            if file.exists():
                continue
            prompt = folder / f"{case.id}.txt"
            prompt.write_text(judge_text(pack, case), encoding="utf-8", newline="")
            file.write_text(f'schema      = "{SCHEMA}"\nprompt_file = "{prompt.name}"\n')
            made += 1
    except OSError as error:
        raise CommandError(Exit.INVALID, f"{folder}: {error.strerror or error}") from None
    there = len(pack.cases) - made
    print(clean(f"{folder}: {count(made, 'case file')} written, {there} were there"))
    print(
        "Next: smoke-tui cassettes record FOLDER --record-mode once, then cassettes accept FOLDER"
    )


def _check(options: BatteryOptions) -> None:
    """Refuse options that do not fit together, before anything is sent."""
    if not 1 <= options.repeat <= MOST_REPEATS:
        raise UsageError(f"--repeat: expected 1 to {MOST_REPEATS}, got {options.repeat}")
    if not 1 <= options.concurrency <= MOST_AT_ONCE:
        raise UsageError(f"--concurrency: expected 1 to {MOST_AT_ONCE}, got {options.concurrency}")
    if options.scenario and not options.rehearse:
        raise UsageError("--scenario belongs to --rehearse")
    if options.live and options.rehearse:
        raise UsageError("--live and --rehearse exclude each other")
    if options.budget is not None and options.credential != "api-key":
        raise UsageError("nothing prices a subscription's calls: use --stop-at, such as 60%")
    if options.stop_at is not None and options.credential == "api-key":
        raise UsageError("an API key has no quota windows: use --budget")
    if options.sends and options.credential == "api-key" and options.budget is None:
        raise UsageError(NEEDS_BUDGET)
    if options.provider != "live" or options.rehearse:
        return
    if refuse_in_ci():
        raise CommandError(Exit.NOT_PROVABLE, "ci-refused: live calls are refused where CI is set")
    if not options.live:
        raise UsageError(
            "live calls are paid for: add --live, which is the consent to spend; or --rehearse, "
            "which costs nothing"
        )


def battery_runbook(options: BatteryOptions, pack: Pack, path: Path) -> Runbook:
    """The runbook of one battery, which its session records."""
    more = []
    if options.provider == "replay" and not options.sends:
        more.append(f"recordings  = {json_text.dumps(options.recordings)}")
    if options.sends:
        calls = len(pack.cases) * options.repeat
        kind = "metered" if options.credential == "api-key" else "subscription"
        # Those that are under way when a program is killed count as made.
        caps = f"max_calls = {calls + 4 * options.concurrency}"
        if options.budget is not None:
            caps += f', max_usd = "{_dollars(options.budget)}"'
        more += ['effects     = "spends"', f'spend       = {{ kind = "{kind}", {caps} }}']
        if options.stop_at is not None:
            more.append(f"stop_at     = {_percent(options.stop_at)}")
    logs_in = options.rehearse and options.credential == "subscription"
    if logs_in:
        more.append('needs       = ["oauth-login"]')
    text = _BOOK.format(
        login=_LOGIN if logs_in else "",
        pack=json_text.dumps(str(path.resolve())),
        provider="live" if options.sends else options.provider,
        credential=options.credential,
        repeat=options.repeat,
        concurrency=options.concurrency,
        more="".join(f"{line}\n" for line in more),
    )
    parsed = parse(text, "battery.md")
    if parsed.runbook is None:
        raise UsageError(f"this battery can't be a runbook: {parsed.diagnostics[0]}")
    return parsed.runbook


def _dollars(text: str) -> str:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value <= 0:
        raise UsageError(f"--budget: expected US dollars such as 1.50, got {text!r}")
    return format(value, "f")


def _percent(text: str) -> int:
    digits = text.removesuffix("%").strip()
    if not digits.isdigit() or not 1 <= int(digits) <= 100:
        raise UsageError(f"--stop-at: expected a percentage such as 60%, got {text!r}")
    return int(digits)


def _resume(settings: Settings, options: BatteryOptions, result: ResultOptions) -> int:
    """Make the missing calls of a session; what it asks, and of whom, is in its record."""
    folder = need_session(settings, str(options.resume))
    try:
        _, runbook, state = load_state(folder)
    except (InvalidRecordError, StorageError) as error:
        raise CommandError(Exit.INVALID, str(error)) from None
    step = next((each.id for each in reversed(runbook.steps) if each.kind == "battery"), None)
    if step is None:
        raise UsageError(f"{folder.name} has no battery")
    tries = state.step(step).tries
    if is_concluded(tries) and tries[-1].ended is not None:
        # Another try of it would be a new battery, and pay for every call again.
        if state.closed is not None:
            raise CommandError(
                Exit.NOTHING,
                f"{folder.name}: no call of its battery is missing; `smoke-tui report {folder.name}` "
                f"shows it, `smoke-tui rerun {folder.name} --step {step}` makes all calls again",
            )
        return resume_headless(settings, folder, Resumption(options.live, None, None), result)
    if tries:
        print(f"smoke-tui: the step {step} goes on with its missing calls", file=sys.stderr)
    rerun = step if tries else None
    return resume_headless(settings, folder, Resumption(options.live, None, rerun), result)
