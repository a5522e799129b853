"""Seed one customer org with a domain and a world on the running stack.

The last line of the output is one JSON object: org_id, domain_id, world. Exit code 1 where the
stack is not up.
"""

from __future__ import annotations

import http.client
import json
import sys
import time
from typing import TYPE_CHECKING

# The scripts run from a copy without the package.
if TYPE_CHECKING:
    from smoke_tui.rehearsal.stack.tools.dev.stack_state import CONFIG_FILE, load_config
else:
    from stack_state import CONFIG_FILE, load_config


ALL_FIELDS = ("org_id", "domain_id", "world")
PRINTED: dict[str, tuple[str, ...]] = {"seed-mute": (), "seed-lacks-world": ALL_FIELDS[:2]}
"""What the last line holds where it is not all of it."""


def main() -> int:
    """Create the org over HTTP."""
    config = load_config()
    print("seeding: customer org", flush=True)
    if config["mode"] == "seed-fails":
        print("error: domain template 'starter' does not exist", file=sys.stderr)
        return 1
    while config["mode"] == "seed-hangs" and CONFIG_FILE.exists():
        time.sleep(0.25)
    connection = http.client.HTTPConnection("127.0.0.1", config["port"], timeout=10)
    try:
        connection.request("POST", "/internal/seed", b"{}", {"Content-Type": "application/json"})
        response = connection.getresponse()
        body = response.read()
    except OSError:
        print("error: the stack is not running; start it first", file=sys.stderr)
        return 1
    finally:
        connection.close()
    if response.status != 201:
        print(f"error: the stack answered {response.status}", file=sys.stderr)
        return 1
    org = json.loads(body)
    if config["mode"] == "seed-half-way":
        print(json.dumps({"org_id": org["org_id"]}))
        print("error: domain template 'starter' does not exist", file=sys.stderr)
        return 1
    print(f"seeding: domain {org['domain_id']}")
    print(f"seeding: world {org['world']}")
    fields = PRINTED.get(config["mode"], ALL_FIELDS)
    print(json.dumps({name: org[name] for name in fields}) if fields else "seeding: done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
