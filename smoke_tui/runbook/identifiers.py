"""Names of database tables and columns in a runbook or a setting."""

from __future__ import annotations

from typing import Final

from smoke_tui.regex import regex

NAME_BYTES: Final = 63
"""Maximum bytes: PostgreSQL truncates longer names, so that another table would be read."""

NAME_PATTERN: Final = r"[^\W\d][\w$]*"
_NAME: Final = regex(NAME_PATTERN)


def identifier(text: str) -> str:
    """The name of a column, taken exactly as it is written.

    Raises:
        ValueError: it is not a plain name.
    """
    if _NAME.fullmatch(text) is None or len(text.encode("utf-8", "surrogatepass")) > NAME_BYTES:
        raise ValueError(
            "a name is letters, digits, _ and $, does not begin with a digit, and "
            f"has at most {NAME_BYTES} bytes"
        )
    return text


def table_name(text: str) -> str:
    """The name of a table, with or without its schema: `core.llm_usage`.

    Raises:
        ValueError: it is neither `table` nor `schema.table` of plain names.
    """
    parts = text.split(".")
    if len(parts) > 2:
        raise ValueError("a table is written as table or schema.table")
    for part in parts:
        identifier(part)
    return text
