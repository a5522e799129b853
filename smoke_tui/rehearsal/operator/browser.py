"""A minimal browser for the scripted operator: forms, cookies, redirects; loopback only."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit

from smoke_tui.rehearsal.scenarios.scenario import RehearsalError
from smoke_tui.structs import Struct, field

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS: Final = 10
_TIMEOUT_SECONDS: Final = 15.0
_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}


class Form(Struct):
    """A form: its target, its fields' current values, and its fields' labels."""

    method: str = "GET"
    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    options: dict[str, dict[str, str]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def value_for(self, name: str, wanted: str) -> str:
        """The value to submit for a text: that of the option with this text, else the text."""
        for value, text in self.options.get(name, {}).items():
            if wanted.strip().lower() in (value.lower(), text.strip().lower()):
                return value
        return wanted


class Page(Struct):
    """A page after following redirects."""

    url: str
    status: int
    text: str
    form: Form | None
    notice: str
    title: str


class Browser:
    """A browser; cookies are kept per origin."""

    def __init__(self) -> None:
        self._cookies: dict[str, dict[str, str]] = {}

    def open(self, url: str, fields: Mapping[str, str] | None = None) -> Page:
        """Load a page, or post fields to it, following redirects; blocks.

        Raises:
            RehearsalError: nothing answers, or the redirects do not end.
        """
        for _ in range(_MAX_REDIRECTS):
            status, headers, text = self._request(url, fields)
            location = headers.get("location")
            if status not in _REDIRECTS or location is None:
                return read_page(url, status, text)
            url, fields = urljoin(url, location), None
        raise RehearsalError("The page redirects without end.")

    def submit(self, page: Page, fields: Mapping[str, str]) -> Page:
        """Submit a page's form with these values.

        Raises:
            RehearsalError: the page has no form, or nothing answers.
        """
        if page.form is None:
            raise RehearsalError(f"The page {page.title!r} has no form.")
        return self.open(urljoin(page.url, page.form.action), {**page.form.fields, **fields})

    def _request(
        self, url: str, fields: Mapping[str, str] | None
    ) -> tuple[int, dict[str, str], str]:
        target = urlsplit(url)
        if target.scheme != "http" or target.hostname not in _LOOPBACK:
            raise RehearsalError("A rehearsal opens loopback pages only.")
        jar = self._cookies.setdefault(target.netloc, {})
        headers = dict(_FORM) if fields is not None else {}
        if jar:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        connection = http.client.HTTPConnection(
            str(target.hostname), target.port or 80, timeout=_TIMEOUT_SECONDS
        )
        try:
            if fields is None:
                connection.request("GET", path, headers=headers)
            else:
                connection.request("POST", path, urlencode(fields), headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            where = f"{target.hostname}:{target.port}"
            raise RehearsalError(f"Nothing answers at {where}: {type(error).__name__}.") from error
        finally:
            connection.close()
        for value in response.headers.get_all("set-cookie", []):
            name, _, content = value.partition(";")[0].partition("=")
            jar[name.strip()] = content.strip()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, text


def read_page(url: str, status: int, text: str) -> Page:
    """A page from a response; plain text has no form and no title."""
    reader = _Reader()
    if text.lstrip()[:1] == "<":
        reader.feed(text)
    notice, title = (" ".join(form.split()) for form in (reader.notice, reader.title))
    return Page(url, status, text, reader.form, notice, title)


class _Reader(HTMLParser):
    """Finds the first form, the title, and what the page says with a status or alert role."""

    def __init__(self) -> None:
        super().__init__()
        self.form: Form | None = None
        self.title = ""
        self.notice = ""
        self._into: str | None = None
        self._notice_tag: str | None = None
        self._select = ""
        self._option = ""
        self._label = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if attributes.get("role") in ("status", "alert"):
            self._notice_tag = tag
        if tag == "title":
            self._into = "title"
        elif tag == "form" and self.form is None:
            self.form = Form(attributes.get("method", "get").upper(), attributes.get("action", ""))
        if self.form is not None:
            self._in_form(self.form, tag, attributes)

    def _in_form(self, form: Form, tag: str, attributes: dict[str, str]) -> None:
        name = attributes.get("name", "")
        if tag == "label":
            self._into, self._label = "label", attributes.get("for", "")
        elif tag == "option":
            self._into, self._option = "option", attributes.get("value", "")
            form.options.setdefault(self._select, {})[self._option] = ""
            if "selected" in attributes or self._select not in form.fields:
                form.fields[self._select] = self._option
        elif tag == "select":
            self._select = name
        elif tag == "textarea":
            form.fields[name] = ""
        elif tag in ("input", "button") and name and attributes.get("type") != "checkbox":
            form.fields[name] = attributes.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("title", "label", "option"):
            self._into = None
        elif tag in ("p", "li"):
            self.notice += " "
        if tag == self._notice_tag:
            self._notice_tag = None

    def handle_data(self, data: str) -> None:
        if self._notice_tag is not None:
            self.notice += data
        if self._into == "title":
            self.title += data
        elif self.form is not None and self._into == "label":
            label = self.form.labels.get(self._label, "")
            self.form.labels[self._label] = label + data
        elif self.form is not None and self._into == "option":
            self.form.options[self._select][self._option] += data
