"""The settings a session was opened with, as its first line records them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from smoke_tui import __version__
from smoke_tui.structs import Struct, asdict

ISSUER: Final = "https://auth.openai.com"
CODEX_URL: Final = "https://chatgpt.com/backend-api/codex"
API_URL: Final = "https://api.openai.com/v1"
STACK_URL: Final = "http://127.0.0.1:3000"
PROVIDER_HOSTS: Final = frozenset({"auth.openai.com", "chatgpt.com", "api.openai.com"})
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
GIVEN_BUNDLE: Final = "given:bundle"
"""The name under which the text of --bundle is handed to the world."""

GIVEN_LEDGER: Final = "given:ledger"
"""The name under which the ledger's address is handed to the world: it may hold a password."""

GIVEN_API_KEY: Final = "given:api-key"
"""The name under which a rehearsal's own API key is handed to the world."""

KEY_VARIABLE: Final = "OPENAI_API_KEY"
"""The variable of the environment that holds an organization's API key."""

NETWORK_VARIABLES: Final = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
)
"""Variables that change where requests go, or whom they trust."""

LOGIN_PORTS: Final = (1455, 1457)
"""The callback ports that the issuer knows, in the order of the real client."""

INSTRUCTIONS_VARIABLE: Final = "SPECTRAL_OPENAI_CODEX_INSTRUCTIONS"

CAPTURED_VERSION: Final = "0.171.0"
"""The newest Codex CLI this tool was captured against: npm @openai/codex, published 2026-11-20."""

CLIENT_ORIGINATOR: Final = "codex_cli_rs"
"""What the captured client names itself at its login; the issuer is reported to refuse unknown
names there (hybridclaw#1146, zosma-cowork#132)."""

ORIGINATOR: Final = "smoke-tui"
"""What this tool names itself in a call, as OpenAI asks of others' clients (hermes-agent#90162)."""

Origin = tuple[str, str, int]


class SessionConfig(Struct, frozen=True):
    """The recorded options of a session, which steps and engine read; it holds no secret.

    `issuer`, `codex_url`, `api_url`, `stack_url` are base addresses without a final slash.
    `only` / `start_from` restrict the walk. `consent`: `--live` or the rehearsal is the
    consent to spend and to run commands; `runbook_known`: the operator agreed to the same text in
    an earlier session. `bundle`: the credential's source (none, file, stdin, codex-cli).
    `refreshable`: the bundle's file may be replaced.
    `ledger`: the kind of the stack's ledger (none, postgresql, stand-in); `ledger_table` and
    `ledger_columns` (role=name) override the runbook's names.
    `login` is browser or device; `redirect_host` is what the newest captured client sends.
    `prices`: report what a subscription's tokens would cost at API rates. `usage`: ask the usage page
    before a call, which decides nothing. `codex` is the Codex CLI to capture from, else the one on
    PATH. `client_source` is the source of `client_version` (given, installed, captured);
    it is empty in records of builds that did not resolve it. `installed_version` is the
    Codex CLI's own answer, `installed_problem` why it gave none; both None where it was not asked.
    `installed_newer`: that version is newer than the newest captured one of then.
    `attested` are the rows of request shapes that `auto` chooses from, as they were at the start.
    `unlisted` insists on a model that the catalogue does not list; `second_opinion` lets a run
    without a person ask for one. `login_originator` None: the login names itself as calls do.
    `patience` scales every time limit: a rehearsal waits a tenth as long.
    `calibration` is the file of the drift thresholds, None where there is none; `drift_autojunk`
    compares texts as `SequenceMatcher` does by default.
    """

    world: str = "live"
    scenario: str | None = None
    issuer: str = ISSUER
    codex_url: str = CODEX_URL
    api_url: str = API_URL
    stack_url: str = STACK_URL
    project: str = "."
    path_prepend: str | None = None
    origin: str = "unknown"
    model: str | None = None
    runbook_model: str | None = None
    shape: str = "auto"
    instructions_file: str | None = None
    bundle: str = "none"
    refreshable: bool = False
    callback_ports: tuple[int, ...] = LOGIN_PORTS
    callback_seconds: float = 600.0
    redirect_host: str = "127.0.0.1"
    login: str = "browser"
    user_agent: str = f"{ORIGINATOR}/{__version__}"
    originator: str = ORIGINATOR
    login_originator: str | None = None
    client_version: str = CAPTURED_VERSION
    client_source: str = ""
    installed_version: str | None = None
    installed_problem: str | None = None
    installed_newer: bool = False
    attested: tuple[tuple[str, ...], ...] = ()
    unlisted: bool = False
    second_opinion: bool = False
    allow_hosts: tuple[str, ...] = ()
    ledger: str = "none"
    ledger_table: str | None = None
    ledger_columns: tuple[str, ...] = ()
    usage: bool = False
    prices: bool = False
    codex: str | None = None
    only: str | None = None
    start_from: str | None = None
    consent: bool = False
    runbook_known: bool = False
    patience: float = 1.0
    calibration: str | None = None
    drift_autojunk: bool = False

    def to_json(self) -> dict[str, Any]:
        """The form that the journal holds."""
        return {key: _listed(v) for key, v in asdict(self).items()}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> SessionConfig:
        """Read the form that the journal holds; unknown keys do no harm."""
        values: dict[str, Any] = {
            key: _frozen(v) for key, v in raw.items() if key in cls.__struct_fields__
        }
        return cls(**values)

    @property
    def resolved(self) -> bool:
        """Whether client version and shapes were resolved at the start; not so in old records."""
        return self.client_source != ""

    @property
    def real_provider(self) -> bool:
        """Whether calls go to the provider's own hosts; only such a session proves anything."""
        return calls_the_provider(self.world, self.codex_url)

    @property
    def in_own_folder(self) -> bool:
        """Whether a rehearsal runs the commands in the product's own folder, with its programs."""
        return self.world == "rehearsed" and self.path_prepend is None

    def allowed_origins(self) -> frozenset[Origin]:
        """The (scheme, host, port) a credential may be sent to."""
        return frozenset(origin_of(url) for url in (self.issuer, self.codex_url, self.api_url))


def _listed(value: object) -> object:
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


def _frozen(value: object) -> object:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def origin_of(url: str) -> Origin:
    """The exact (scheme, host, port) of an address.

    Raises:
        ValueError: it is no http(s) address, has user information, or an impossible port.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError(f"{url!r} is not a plain http(s) address")
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def calls_the_provider(world: str, codex_url: str) -> bool:
    """Whether the calls of a session in this world, to this address, go to the provider's hosts."""
    try:
        host = origin_of(codex_url)[1]
    except ValueError:
        # Read from a record: what is no address was not the provider's.
        return False
    return world == "live" and host in PROVIDER_HOSTS


def refuse_host(url: str, allow_hosts: tuple[str, ...]) -> str | None:
    """Why `url` may not be used for the issuer or the backend; None where it may."""
    try:
        scheme, host, _ = origin_of(url)
    except ValueError as error:
        return str(error)
    if host in LOOPBACK:
        return None
    if scheme != "https":
        return f"{url}: only loopback may be plain http; use https"
    if host in PROVIDER_HOSTS or host in allow_hosts:
        return None
    return (
        f"{url}: {host} is neither a production host nor loopback; "
        f"if you mean it, add --allow-host {host} (it is printed in every report)"
    )


def is_provider(address: object) -> bool:
    """Whether an address is one of the provider's own hosts."""
    try:
        parts = urlsplit(str(address))
        return parts.scheme == "https" and parts.hostname in PROVIDER_HOSTS
    except ValueError:
        return False
