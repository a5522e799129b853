"""Which options each command honours: from the tables, and by what the commands read."""

from __future__ import annotations

import contextlib
import shlex
from pathlib import Path

import pytest

from smoke_tui.cli.arguments import SETTINGS, CommandLine, help_call, read, rows, shown_name
from smoke_tui.cli.command import Command
from smoke_tui.cli.main import Request, run
from smoke_tui.cli.option_sets import EVERYWHERE
from smoke_tui.config.settings import Settings, Value
from smoke_tui.errors import CommandError, UsageError

ROWS = rows()


def call_of(name: str) -> list[str]:
    """A complete command line of a command or a mode: its first example."""
    example = ROWS[name].examples[0].partition("smoke-tui ")[2]
    words = shlex.split(example.partition(" > ")[0])
    return words if name != "app" else ["--rehearse"]


def words_of(command: Command) -> tuple[str | None, ...]:
    """The first words of a command that does several things."""
    first = command.arguments[0] if command.arguments else None
    several = first is not None and first.positional and bool(first.choices)
    return first.choices if several and first is not None else (None,)


def test_every_example_is_a_command_line_that_is_understood() -> None:
    for name, command in ROWS.items():
        assert command.examples, name
        for example in command.examples:
            words = shlex.split(example.partition("smoke-tui ")[2].partition(" > ")[0])
            line = read(words)
            assert line.command in (name, "resume", None)
            assert not line.help


@pytest.mark.parametrize("name", ROWS)
def test_a_setting_is_taken_where_it_has_an_effect_and_refused_elsewhere(name: str) -> None:
    command = ROWS[name]
    base = call_of(name)
    for word in words_of(command):
        words = [name, word] if word is not None else base
        for key, option in SETTINGS.items():
            argv = [*words, option.name, *(["x"] if option.has_value else [])]
            if key in EVERYWHERE or key in command.settings_for(word):
                assert key in read(argv).settings
                continue
            with pytest.raises(UsageError) as refused:
                read(argv)
            text = str(refused.value)
            called = " ".join(part for part in (shown_name(name), word) if part)
            assert text.startswith(f"{option.name} has no effect on `{called}`; it is for the app")
            owners = [n for n, c in ROWS.items() if key in c.settings_for(None) and n != "app"]
            assert all(shown_name(owner) in text for owner in owners)


def test_every_setting_has_an_effect_somewhere() -> None:
    honoured = {key for row in ROWS.values() for key in row.settings_for(None)}
    assert honoured | set(EVERYWHERE) == set(SETTINGS)
    for row in ROWS.values():
        for word in words_of(row):
            assert not set(row.settings_for(word)) & set(EVERYWHERE)
            assert set(row.settings_for(word)) <= set(SETTINGS)


@pytest.mark.parametrize("name", [n for n, row in ROWS.items() if any(a.of for a in row.arguments)])
def test_an_option_of_one_word_is_refused_with_the_others(name: str) -> None:
    command = ROWS[name]
    first = command.arguments[0]
    for argument in (a for a in command.arguments if a.of and not a.positional):
        value = (argument.choices or ("1",))[0]
        for word in first.choices:
            argv = [name, word, argument.name, *([value] if argument.has_value else [])]
            if word in argument.of:
                assert argument.name in read(argv).present
                continue
            with pytest.raises(UsageError, match=f"has no effect on `{name} {word}`"):
                read(argv)


class Recording(Settings):
    """Settings that remember which of them were read."""

    def __init__(self, state: Path) -> None:
        super().__init__({"state-dir": Value(str(state), "--state-dir")})
        self.names: set[str] = set()

    def get(self, name: str) -> str | None:
        self.names.add(name)
        return super().get(name)


@pytest.mark.parametrize(
    "argv",
    [
        "sessions",
        "report RECORD",
        "diff RECORD RECORD",
        "replay RECORD",
        "drift RECORD:live-call RECORD:live-call",
        "calibration",
        "spend",
        "golden support_billing",
        "lint openai-subscription",
        "rehearse list",
        "help",
        "completion bash",
    ],
)
def test_a_command_reads_no_other_settings_than_it_says(
    argv: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = next((Path(__file__).parents[2] / "sessions" / "records_of_rules_2").glob("*.smoke"))
    line = read(shlex.split(argv.replace("RECORD", str(record))))
    settings = Recording(tmp_path)
    # What it reads counts, not what comes of it.
    with contextlib.suppress(CommandError):
        run(Request(line.command, line.values, settings))
    command = ROWS[str(line.command)]
    assert settings.names - set(EVERYWHERE) <= set(command.settings_for(None))
    assert capsys.readouterr() is not None


TYPOS = {
    "sesions --json": "'sesions' is no command; did you mean `sessions`?",
    "sessions --jsn": "unknown option '--jsn'; did you mean --json? see `smoke-tui help sessions`",
    "sessions --last x": "--last: expected a whole number, got 'x'",
    "sessions --last": "--last needs a value, N:",
    "sessions --json=yes": "--json takes no value, got 'yes'",
    "report": "`report` needs SESSION",
    "report last --format pdf": "--format: expected one of md, json, junit, html, got 'pdf'",
    "report last --days 3": "--days: no option of `report`; taken by spend",
    "amend last --step x": "`amend` needs --answer pass|fail|blocked|yes|no, --why TEXT",
    "spend --tier plat": "got 'plat'; did you mean platform?",
    "diff a b c": "unexpected 'c': `diff` takes A B",
    "rehearse dance": "expected one of serve, list, got 'dance'",
    "--check --plain": "--plain and --check exclude each other",
    "--rehearse --report x.md": "--report: only with --check",
    "--model": "--model needs a value, M: the model to ask for",
    "--bogus": "unknown option '--bogus'",
    "x y": "'x' is no command",
    "--rehearse sessions extra": "`sessions` is a command: its options stand behind it",
}


@pytest.mark.parametrize(("argv", "text"), TYPOS.items(), ids=list(TYPOS))
def test_an_error_says_what_was_expected_and_the_nearest(argv: str, text: str) -> None:
    with pytest.raises(UsageError) as error:
        read(shlex.split(argv))
    assert text in str(error.value)


def parsed(argv: str) -> CommandLine:
    return read(shlex.split(argv))


def test_global_options_stand_before_or_behind_the_command() -> None:
    before, behind = (
        parsed("--calibration c.json diff a b"),
        parsed("diff a b --calibration=c.json"),
    )
    assert before.settings == behind.settings == {"calibration": "c.json"}
    assert before.values == behind.values == {"a": "a", "b": "b", "every": False, "json": False}
    assert parsed("--allow-host a --allow-host b x").settings == {"allow-host": "a b"}
    assert parsed("-v --check").settings == {"verbose": "true"}
    assert parsed("report last -o r.md").values["output"] == "r.md"
    assert parsed("report last -or.md").values["output"] == "r.md"
    assert parsed("--bundle - --check x").settings == {"bundle": "-"}
    assert parsed("lint -- --odd.md").values["runbooks"] == ["--odd.md"]
    assert parsed("cassettes lint a --json b").values["paths"] == ["a", "b"]
    assert parsed("spend --sql").values["form"] == "sql"
    assert parsed("spend").values["form"] == "text"


def test_the_value_of_an_option_is_no_command() -> None:
    line = parsed("--check --only login openai-subscription")
    assert (line.command, line.values["only"], line.values["target"]) == (
        None,
        "login",
        "openai-subscription",
    )


def test_help_may_be_asked_anywhere() -> None:
    for argv in ("-h", "report -h", "report --help last extra", "--help report"):
        assert parsed(argv).help
    assert help_call("check") == "smoke-tui help check"
