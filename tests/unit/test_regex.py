"""Regular expressions that are compiled late: they are valid, and act as compiled ones."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import re

import pytest

import smoke_tui
from smoke_tui.regex import LazyPattern, regex

STANDS_ALONE = "smoke_tui.rehearsal.stack.tools"
"""Programs of their own, which import nothing of the package."""


def test_each_of_the_package_compiles() -> None:
    for info in pkgutil.walk_packages(smoke_tui.__path__, "smoke_tui."):
        if not info.name.startswith(STANDS_ALONE) and not info.name.endswith("__main__"):
            importlib.import_module(info.name)
    made = [each for each in gc.get_objects() if isinstance(each, LazyPattern)]
    assert len(made) > 200
    for each in made:
        assert isinstance(each.groups, int)


def test_it_acts_as_a_compiled_one() -> None:
    late, compiled = regex(r"(?P<n>b+)", re.IGNORECASE), re.compile(r"(?P<n>b+)", re.IGNORECASE)
    assert late.sub("-", "aBb") == compiled.sub("-", "aBb")
    assert late.pattern == compiled.pattern
    assert late.flags == compiled.flags
    assert dict(late.groupindex) == {"n": 1}


def test_what_is_wrong_is_said_at_the_first_use() -> None:
    wrong = regex("(")
    with pytest.raises(re.error):
        wrong.search("")
    assert not hasattr(wrong, "__iter__")
