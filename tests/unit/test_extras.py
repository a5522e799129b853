"""The optional parts, and the command that adds one to each kind of installation."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from smoke_tui.extras import EXTRAS, Installation
from tests.helpers.paths import ROOT

REQUIREMENTS = ("psycopg[binary]>=3.3,<4", "other>=1")
WORDS = "'psycopg[binary]>=3.3,<4' 'other>=1'"


def test_the_table_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {name: tuple(x) for name, x in project["optional-dependencies"].items()}
    assert {name: extra.requirements for name, extra in EXTRAS.items()} == declared


@pytest.mark.parametrize("name", EXTRAS)
def test_what_is_installed_is_not_missing(name: str) -> None:
    assert EXTRAS[name].missing == ()


def installation(folder: Path, marker: str | None = None, *, has_pip: bool = True) -> Installation:
    prefix = folder / "a tool"
    (prefix / "bin").mkdir(parents=True)
    if marker is not None:
        (prefix / marker).touch()
    return Installation(prefix, prefix / "bin" / "python", has_pip)


def test_pipx_injects_into_its_own_environment(tmp_path: Path) -> None:
    made = installation(tmp_path, "pipx_metadata.json", has_pip=False)
    assert made.install_command(REQUIREMENTS, tmp_path) == f"pipx inject 'a tool' {WORDS}"


def test_a_tool_of_uv_has_no_pip(tmp_path: Path) -> None:
    made = installation(tmp_path, "uv-receipt.toml")
    expected = f"uv pip install --python 'a tool/bin/python' {WORDS}"
    assert made.install_command(REQUIREMENTS, tmp_path) == expected


def test_an_environment_of_uv_has_no_pip(tmp_path: Path) -> None:
    made = installation(tmp_path, has_pip=False)
    assert made.install_command(REQUIREMENTS, tmp_path).startswith("uv pip install --python ")


def test_a_checkout_uses_its_own_pip(tmp_path: Path) -> None:
    made = installation(tmp_path)
    expected = f"'a tool/bin/python' -m pip install {WORDS}"
    assert made.install_command(REQUIREMENTS, tmp_path) == expected


def test_from_another_folder_the_path_is_whole(tmp_path: Path) -> None:
    made = installation(tmp_path)
    elsewhere = made.install_command(("x",), tmp_path / "elsewhere")
    assert elsewhere == f"'{tmp_path}/a tool/bin/python' -m pip install x"


def test_a_home_folder_is_not_spelled_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    made = installation(tmp_path)
    elsewhere = made.install_command(("x",), Path("/elsewhere"))
    assert elsewhere == "~/'a tool/bin/python' -m pip install x"
