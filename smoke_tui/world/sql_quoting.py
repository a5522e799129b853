"""Names and texts in a PostgreSQL query. Pure."""

from __future__ import annotations

from typing import Final

from smoke_tui.regex import regex

_PLAIN: Final = regex(r"[a-z_][a-z0-9_]*")

RESERVED: Final = regex(
    "all|analyse|analyze|and|any|array|as|asc|asymmetric|authorization|binary|"
    "both|case|cast|check|collate|collation|column|concurrently|constraint|create|"
    "cross|current_catalog|current_date|current_role|current_schema|current_time|"
    "current_timestamp|current_user|default|deferrable|desc|distinct|do|else|end|"
    "except|false|fetch|for|foreign|freeze|from|full|grant|group|having|ilike|in|"
    "initially|inner|intersect|into|is|isnull|join|lateral|leading|left|like|"
    "limit|localtime|localtimestamp|natural|not|notnull|null|offset|on|only|or|"
    "order|outer|overlaps|placing|primary|references|returning|right|select|"
    "session_user|similar|some|symmetric|system_user|table|tablesample|then|to|"
    "trailing|true|union|unique|user|using|variadic|verbose|when|where|window|with"
)
"""Words that PostgreSQL does not take as a name unless they are quoted (its appendix C)."""


def sql_name(name: str) -> str:
    """The name of a table, a schema or a column; quoted unless it means the same without.

    Raises:
        ValueError: no name can hold a NUL.
    """
    if "\0" in name:
        raise ValueError("a name holds no NUL")
    if _PLAIN.fullmatch(name) and not RESERVED.fullmatch(name):
        return name
    return '"{}"'.format(name.replace('"', '""'))


def sql_table(name: str) -> str:
    """The name of a table, with or without its schema."""
    return ".".join(sql_name(part) for part in name.split("."))


def sql_text(text: str) -> str:
    """A text as a literal, whatever the server's setting for backslashes.

    Raises:
        ValueError: no text can hold a NUL.
    """
    if "\0" in text:
        raise ValueError("a text holds no NUL")
    quoted = "'{}'".format(text.replace("'", "''"))
    return "E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted
