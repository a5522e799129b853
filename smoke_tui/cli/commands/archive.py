"""`archive`: a session as one file that another machine can verify and replay."""

from __future__ import annotations

import hashlib
from pathlib import Path

from smoke_tui.cli.output import print_json
from smoke_tui.config.settings import Settings
from smoke_tui.errors import CommandError
from smoke_tui.files import StorageError, replace_private
from smoke_tui.history.find import need_session
from smoke_tui.journal.archive import members_of, pack
from smoke_tui.journal.evidence import look_at_evidence, referenced
from smoke_tui.journal.load import InvalidRecordError, load_state
from smoke_tui.outcomes import Exit
from smoke_tui.presentation.report.export import SecretFoundError, refuse_secrets, refuse_unscanned
from smoke_tui.redaction import Vault
from smoke_tui.replay.run import recheck_loaded


def archive(settings: Settings, *, session: str, output: str, json: bool) -> int:
    """Verify, scan, pack, write 0600.

    Raises:
        CommandError: there is no such session (5), it is damaged (3), a member holds what looks
            like a secret (7), or the file can't be written (2).
    """
    folder = need_session(settings, session)
    try:
        journal, runbook, state = load_state(folder)
        done = recheck_loaded(journal, runbook, state)
        problems = look_at_evidence(folder, journal.events).problems
        if problems:
            raise StorageError(problems[0])
        members = members_of(folder, referenced(journal.events))
    except (InvalidRecordError, StorageError) as error:
        raise CommandError(Exit.INVALID, f"{error}; a damaged session is not archived") from None
    if done.divergence is not None:
        raise CommandError(
            Exit.DIVERGENCE,
            f"{folder.name} was not archived: its record does not "
            f"support its decisions ({done.divergence})",
        )
    try:
        for name, content in members.items():
            refuse_secrets(content, Vault(), f"{folder.name}/{name}", folder)
        refuse_unscanned(folder)
    except SecretFoundError as error:
        raise CommandError(Exit.SECRET, str(error)) from None
    content = pack(folder.name, members)
    try:
        replace_private(Path(output), content)
    except OSError as error:
        raise CommandError(
            Exit.USAGE, f"-o {output}: {error.strerror or error}; choose another file"
        ) from None
    digest = hashlib.sha256(content).hexdigest()
    if json:
        print_json(
            {
                "schema": "smoke-archive/1",
                "session": folder.name,
                "file": output,
                "finished": state.closed is not None,
                "members": sorted(members),
                "bytes": len(content),
                "sha256": digest,
            }
        )
        return Exit.OK
    incomplete = "" if state.closed is not None else ", incomplete"
    print(
        f"wrote {output}: session {folder.name}{incomplete}, {len(members)} members, "
        f"{len(content):,} bytes, sha256 {digest}"
    )
    return Exit.OK
