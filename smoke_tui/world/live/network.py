"""What the environment names for the connection: a proxy, and whom to trust; checked before use.

A name that can't be used is reported as what it is, with the variable that holds it, and not as a
failure in the middle of a request. A password in a proxy's address is never shown.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
import stat
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from smoke_tui.config.session_config import LOOPBACK
from smoke_tui.structs import Struct

SCHEMES: Final[Mapping[str, str]] = {
    "http": "http",
    "https": "https",
    "socks5": "socks5",
    "socks5h": "socks5h",
    # What desktop settings write; every SOCKS server of today speaks version 5.
    "socks": "socks5",
}
"""How a proxy's address may begin, and what the transport calls that."""
CA_FILES: Final = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""Variables that name certificates; the second one counts where the first is not set."""
_DEFAULT_PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}
_MOST_CERTIFICATES: Final = 32 * 1024 * 1024


class NetworkError(Exception):
    """The environment names something that can't be used. `code` is `proxy` or `tls`."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Proxy(Struct, frozen=True):
    """A proxy as the environment names it: its address for the transport, and what may be shown."""

    url: str
    shown: str
    variable: str


def is_loopback(host: str) -> bool:
    """Whether a host is this machine; nothing for it ever goes through a proxy."""
    if host in LOOPBACK or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def proxy_for(url: str) -> str | None:
    """The address of the proxy for an address; None where there is none.

    Raises:
        NetworkError: the environment names one that can't be (`proxy`).
    """
    proxy = named_proxy(url)
    return proxy.url if proxy is not None else None


def named_proxy(url: str) -> Proxy | None:
    """As `proxy_for`, with the variable and what may be shown."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_loopback(host):
        return None
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    named = host if ":" in host or port is None else f"{host}:{port}"
    if urllib.request.proxy_bypass(named):
        return None
    proxies = urllib.request.getproxies()
    for name in (parts.scheme, "all"):
        if proxies.get(name):
            return _read_proxy(proxies[name], _variable(f"{name}_proxy"))
    return None


def _variable(name: str) -> str:
    """The variable as it is spelled here; the system's own settings have none."""
    return next(
        (spelled for spelled in (name, name.upper()) if os.environ.get(spelled)),
        "the system's proxy settings",
    )


def _read_proxy(text: str, variable: str) -> Proxy:
    """The proxy that a variable of the environment names.

    Raises:
        NetworkError: it is no address of a proxy.
    """
    address = text.strip()
    if "://" not in address:
        # curl and most others take a bare host and port for an HTTP proxy.
        address = f"http://{address}"
    scheme = address.partition("://")[0].lower()
    if scheme in ("socks4", "socks4a"):
        raise NetworkError(
            "proxy",
            f"{variable} names a SOCKS4 proxy, which is not supported; "
            "use its SOCKS5 address (socks5://host:port)",
        )
    if scheme not in SCHEMES:
        raise NetworkError(
            "proxy",
            f"{variable} is no address of a proxy: "
            f"{_shown_scheme(scheme)} is none of {', '.join(SCHEMES)}",
        )
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or any(c.isspace() or not c.isprintable() for c in address):
        raise NetworkError(
            "proxy",
            f"{variable} is no address of a proxy: it has no host, or a "
            "port that can't be; give it as http://host:port",
        )
    if port == 0:
        raise NetworkError("proxy", f"{variable} is no address of a proxy: its port is 0")
    spelled = f"[{host}]" if ":" in host else host
    where = f"{spelled}:{port}" if port is not None else spelled
    user, at, _ = parts.netloc.rpartition("@")
    kind = SCHEMES[scheme]
    return Proxy(f"{kind}://{user}{at}{where}", f"{kind}://{'…@' if at else ''}{where}", variable)


def _shown_scheme(scheme: str) -> str:
    return (
        f"{scheme!r}"
        if scheme.isascii() and scheme.isalnum() and len(scheme) < 20
        else ("how it begins")
    )


def trust_problems() -> Iterator[NetworkError]:
    """What is wrong with the files and folders of certificates that the environment names."""
    for name in CA_FILES:
        path = os.environ.get(name)
        if path:
            problem = (
                _folder_problem(path)
                if (name == "REQUESTS_CA_BUNDLE" and os.path.isdir(path))
                else _file_problem(path)
            )
            if problem:
                yield NetworkError("tls", f"{name} is {path}, {problem}; correct it or unset it")
    for path in filter(None, os.environ.get("SSL_CERT_DIR", "").split(os.pathsep)):
        problem = _folder_problem(path)
        if problem:
            yield NetworkError(
                "tls", f"SSL_CERT_DIR names {path}, {problem}; correct it or unset it"
            )


def _file_problem(path: str) -> str | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        return _why(error)
    with os.fdopen(fd, "rb", closefd=True) as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return "which is no regular file"
        try:
            content = file.read(_MOST_CERTIFICATES)
        except OSError as error:
            return _why(error)
    if not content.strip():
        return "which is empty"
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except (OSError, ssl.SSLError):
        return "which holds no certificate that can be read (PEM is needed)"
    return None


def _folder_problem(path: str) -> str | None:
    try:
        there = os.listdir(path)
    except (OSError, ValueError) as error:
        return _why(error)
    return None if there else "which is empty"


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "which does not exist"
    if isinstance(error, NotADirectoryError):
        return "which is no folder"
    if isinstance(error, OSError) and error.strerror:
        return f"which can't be read ({error.strerror})"
    return "which can't be a path"


def trusted() -> ssl.SSLContext:
    """Whom to trust: the system's certificates, and those that the environment names.

    Raises:
        NetworkError: what it names can't be used (`tls`).
    """
    for problem in trust_problems():
        raise problem
    context = ssl.create_default_context()
    more = os.environ.get("REQUESTS_CA_BUNDLE")
    if more and not os.environ.get("SSL_CERT_FILE"):
        folder = Path(more).is_dir()
        context.load_verify_locations(
            cafile=None if folder else more, capath=more if folder else None
        )
    return context


def network_problems(urls: Mapping[str, str] | tuple[str, ...]) -> list[NetworkError]:
    """Everything that keeps requests to these addresses from being sent at all, once each."""
    problems: dict[str, NetworkError] = {}
    for url in urls:
        if is_loopback(urlsplit(url).hostname or ""):
            continue
        try:
            named_proxy(url)
        except NetworkError as problem:
            problems[str(problem)] = problem
        if url.startswith("https:"):
            problems |= {str(problem): problem for problem in trust_problems()}
    return list(problems.values())
