"""The table of failure codes."""

from __future__ import annotations

from typing import Final, get_args

from smoke_tui.failure_codes import account, answer, connection, local, login, request
from smoke_tui.failure_codes.code import Code, Group
from smoke_tui.outcomes import Outcome

_ROWS: Final = (
    *request.ROWS,
    *account.ROWS,
    *connection.ROWS,
    *answer.ROWS,
    *login.ROWS,
    *local.ROWS,
)

CODES: Final[dict[str, Code]] = {
    code.name: code for group in get_args(Group) for code in _ROWS if code.group == group
}
"""Every code of a step that did not pass, by name, in the order of the groups."""


def outcome_of(code: str, *, fresh_credential: bool = True) -> Outcome:
    """Return the outcome of a code.

    A credential code is a failure only where the bundle was fresh: issued in this session, or
    unexpired by its own claims.
    """
    row = CODES[code]
    if row.group == "credential" and not fresh_credential:
        return Outcome.BLOCKED
    return row.outcome
