"""The stack's state: settings, orgs, credentials, usage; one file, mode 0600."""

from __future__ import annotations

import json
import os
import tempfile
import threading
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

# The scripts run from a copy without the package.
if TYPE_CHECKING:
    from smoke_tui.rehearsal.stack.tools.dev.stack_ledger import COLUMNS, write
else:
    from stack_ledger import COLUMNS, write

HOME = Path(__file__).resolve().parents[2]
CONFIG_FILE = HOME / ".rehearsal" / "config.json"
STATE_FILE = HOME / ".rehearsal" / "state.json"


def moment() -> str:
    """The current UTC time, of constant length, so that texts sort as times do."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def load_config() -> dict[str, Any]:
    """The settings written by the rehearsal."""
    config: dict[str, Any] = json.loads(CONFIG_FILE.read_text("utf-8"))
    return config


class State:
    """The stack's database; every change is on disk before its method returns."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._data: dict[str, Any] = {"orgs": [], "credentials": {}, "usage": []}
        if STATE_FILE.exists():
            self._data = json.loads(STATE_FILE.read_text("utf-8"))

    def seed(self) -> dict[str, str]:
        """A new org with one domain and one world."""
        suffix = uuid.uuid4().hex[:8]
        org = {"org_id": f"org_{suffix}", "domain_id": f"dom_{suffix}", "world": f"world-{suffix}"}
        with self._lock:
            self._data["orgs"].append(org)
            self._save()
        return org

    def orgs(self) -> list[dict[str, str]]:
        """Every org, the newest last."""
        with self._lock:
            return list(self._data["orgs"])

    def org(self, org_id: str | None) -> dict[str, str] | None:
        """The org with this id; without an id the newest."""
        orgs = self.orgs()
        if not org_id:
            return orgs[-1] if orgs else None
        return next((org for org in orgs if org["org_id"] == org_id), None)

    def set_credential(self, org_id: str, credential: dict[str, Any]) -> None:
        """Store an org's credential."""
        with self._lock:
            self._data["credentials"][org_id] = credential
            self._save()

    def credential(self, org_id: str) -> dict[str, Any] | None:
        """An org's credential."""
        with self._lock:
            credential: dict[str, Any] | None = self._data["credentials"].get(org_id)
            return credential

    def record(self, org_id: str, **row: object) -> None:
        """Store one row of usage with the current time, also in the ledger if there is one."""
        full_row = dict.fromkeys(COLUMNS) | {"org_id": org_id, "recorded_at": moment()} | row
        with self._lock:
            self._data["usage"].append(full_row)
            self._save()
        write(load_config().get("ledger_dsn"), full_row)

    def usage(self, owner: str, since: str) -> list[dict[str, Any]]:
        """Rows of usage since a time: of an org or a domain, and of the platform tier."""
        with self._lock:
            return [
                row
                for row in self._data["usage"]
                if row["recorded_at"] >= since
                and (row["domain_id"] is None or owner in (row["org_id"], row["domain_id"]))
            ]

    def _save(self) -> None:
        handle, name = tempfile.mkstemp(dir=STATE_FILE.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(self._data, file)
        os.replace(name, STATE_FILE)
