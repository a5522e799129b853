"""A real Chromium over its DevTools pipe: what a person sees, focuses, types and clicks.

Nothing here runs a script in a page, so that the pages are used as they are.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

SECONDS: Final = 30.0
FLAGS: Final = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-breakpad",
    "--no-default-browser-check",
    "--password-store=basic",
    "--use-mock-keychain",
    "--proxy-server=direct://",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
)
"""A browser of its own: no sandbox as root, and no host but loopback is ever found."""
KEYS: Final = {"Tab": 9, "Enter": 13, "Space": 32, "Home": 36, "ArrowDown": 40}
TEXTS: Final = {"Enter": "\r", "Space": " "}
CONTROLS: Final = frozenset(
    {
        "button",
        "checkbox",
        "combobox",
        "link",
        "radio",
        "searchbox",
        "textbox",
        "spinbutton",
    }
)


class DevToolsError(Exception):
    """The browser refused a command, ended, or did not say what was waited for."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the accessibility tree."""

    role: str
    name: str
    value: str
    description: str
    states: Mapping[str, Any]
    backend: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """A page once it was loaded: its address, what the server sent, what became of it."""

    url: str
    sent: str
    html: str


class Pipe:
    """Messages to and from a browser; the answers of one reader thread, in order."""

    def __init__(self, write: int, read: int) -> None:
        self._write = write
        self._read = read
        self._next = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self._gone = False
        self._changed = threading.Condition()
        self.events: list[dict[str, Any]] = []
        threading.Thread(target=self._listen, name="devtools", daemon=True).start()

    def _listen(self) -> None:
        rest = b""
        while chunk := os.read(self._read, 1 << 20):
            *whole, rest = (rest + chunk).split(b"\0")
            with self._changed:
                for message in map(json.loads, whole):
                    if "id" in message:
                        self._answers[message["id"]] = message
                    else:
                        self.events.append(message)
                self._changed.notify_all()
        with self._changed:
            self._gone = True
            self._changed.notify_all()
        os.close(self._read)

    def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        with self._changed:
            self._next += 1
            number = self._next
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        self.until(lambda: number in self._answers, method)
        answer = self._answers.pop(number)
        if "error" in answer:
            raise DevToolsError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def until(self, true: Callable[[], bool], what: str) -> None:
        """Wait for something that arrives."""
        with self._changed:
            if not self._changed.wait_for(lambda: true() or self._gone, SECONDS):
                raise DevToolsError(f"{what}: nothing came in {SECONDS} seconds")
            if not true():
                raise DevToolsError(f"{what}: the browser is gone")

    def close(self) -> None:
        os.close(self._write)


class Chromium:
    """One browser with a profile of its own, and one tab."""

    def __init__(self, program: str, folder: Path) -> None:
        to_read, to_write = os.pipe()
        from_read, from_write = os.pipe()
        # Out of the way of 3 and 4, which the browser expects its pipe at.
        child_ends = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in (to_read, from_write)]
        argv = [program, *FLAGS, f"--user-data-dir={folder / 'profile'}", "about:blank"]
        self._pid = os.posix_spawn(
            program,
            argv,
            {**os.environ, "HOME": str(folder), "TMPDIR": str(folder)},
            setsid=True,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(folder / "log"), os.O_WRONLY | os.O_CREAT, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
                (os.POSIX_SPAWN_DUP2, child_ends[0], 3),
                (os.POSIX_SPAWN_DUP2, child_ends[1], 4),
            ],
        )
        for fd in (to_read, from_write, *child_ends):
            os.close(fd)
        self._pipe = Pipe(to_write, from_read)
        try:
            self.tab = self._open_tab()
        except BaseException:
            self.close()
            raise

    def _open_tab(self) -> Tab:
        target = self._pipe.call("Target.createTarget", url="about:blank")["targetId"]
        found = self._pipe.call("Target.attachToTarget", targetId=target, flatten=True)
        return Tab(self._pipe, found["sessionId"])

    def close(self) -> None:
        """End the browser and every process of its group."""
        self._pipe.close()
        os.killpg(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Tab:
    """A page as a person uses it: by labels, keys and clicks."""

    def __init__(self, pipe: Pipe, session: str) -> None:
        self._pipe = pipe
        self._session = session
        self.pages: list[Loaded] = []
        for domain in ("Page", "DOM", "Network", "Accessibility", "Log"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setScriptExecutionDisabled", value=True)
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self._pipe.call(method, self._session, **params)

    def events(self, method: str) -> list[dict[str, Any]]:
        """The messages of that kind from the page, oldest first."""
        return [one["params"] for one in list(self._pipe.events) if one["method"] == method]

    # Going somewhere

    def loading(self, action: Callable[[], object]) -> None:
        """Do something that leads to another page, and wait until that one is loaded."""
        before = len(self.events("Page.loadEventFired"))
        action()
        self._pipe.until(lambda: len(self.events("Page.loadEventFired")) > before, "a load")
        frame = self.call("Page.getFrameTree")["frameTree"]["frame"]
        sent = self.call("Network.getResponseBody", requestId=frame["loaderId"])
        self.pages.append(Loaded(frame["url"], sent["body"], self.html()))

    def open(self, url: str) -> None:
        def navigate() -> None:
            told = self.call("Page.navigate", url=url)
            if told.get("errorText"):
                raise DevToolsError(f"{url}: {told['errorText']}")

        self.loading(navigate)

    def size(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    # Looking

    @property
    def title(self) -> str:
        history = self.call("Page.getNavigationHistory")
        return str(history["entries"][history["currentIndex"]]["title"])

    def html(self) -> str:
        """The page's DOM as it stands."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        return str(self.call("DOM.getOuterHTML", nodeId=root)["outerHTML"])

    def tree(self) -> list[Node]:
        """What a screen reader gets."""
        found = [
            one for one in self.call("Accessibility.getFullAXTree")["nodes"] if not one["ignored"]
        ]
        return [_node(one) for one in found]

    def by_role(self, *roles: str) -> list[Node]:
        return [node for node in self.tree() if node.role in roles]

    def controls(self) -> list[Node]:
        return self.by_role(*CONTROLS)

    def find(self, label: str) -> Node:
        """The one control whose accessible name is, or else holds, these words."""
        low = label.lower()
        fields = [node for node in self.controls() if node.role != "link"]
        same = [node for node in fields if node.name.lower() == low]
        held = same or [node for node in fields if low in node.name.lower()]
        if len(held) != 1:
            names = ", ".join(f"{node.role} {node.name!r}" for node in fields)
            raise DevToolsError(f"{len(held)} controls are called {label!r} (there are: {names})")
        return held[0]

    def text_of(self, role: str) -> str:
        """All the text inside the one node of that role."""
        nodes = self.by_role(role)
        if len(nodes) != 1:
            raise DevToolsError(f"{len(nodes)} nodes have the role {role}")
        return self.text_in(nodes[0])

    def text_in(self, node: Node) -> str:
        """The text of a node and of what it holds."""
        raw = {one["nodeId"]: one for one in self.call("Accessibility.getFullAXTree")["nodes"]}
        start = next(one for one in raw.values() if one.get("backendDOMNodeId") == node.backend)

        def walk(one: dict[str, Any]) -> list[str]:
            if one.get("role", {}).get("value") == "StaticText":
                return [str(one["name"]["value"])]
            return [words for child in one.get("childIds", ()) for words in walk(raw[child])]

        return " ".join(walk(start))

    def focused(self) -> Node | None:
        """The node that has the focus, the page itself aside."""
        return next(
            (
                node
                for node in self.tree()
                if node.states.get("focused") and node.role != "RootWebArea"
            ),
            None,
        )

    def box(self, node: Node) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of a node, in the page's own pixels."""
        quad = self.call("DOM.getBoxModel", backendNodeId=node.backend)["model"]["border"]
        view = self.call("Page.getLayoutMetrics")["cssVisualViewport"]
        left, top = float(view["pageX"]), float(view["pageY"])
        across, down = quad[0::2], quad[1::2]
        return (min(across) + left, min(down) + top, max(across) + left, max(down) + top)

    def page_width(self) -> float:
        return float(self.call("Page.getLayoutMetrics")["cssContentSize"]["width"])

    def screenshot(self, path: Path) -> None:
        told = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(told["data"]))

    # Doing

    def press(self, key: str) -> None:
        code = KEYS[key]
        text = {"text": TEXTS[key]} if key in TEXTS else {}
        held = {
            "key": TEXTS.get(key, key).replace("\r", "Enter"),
            "code": key,
            "windowsVirtualKeyCode": code,
        }
        kind = "keyDown" if text else "rawKeyDown"
        self.call("Input.dispatchKeyEvent", type=kind, **held, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **held)

    def click(self, node: Node) -> None:
        self.call("DOM.scrollIntoViewIfNeeded", backendNodeId=node.backend)
        quad = self.call("DOM.getContentQuads", backendNodeId=node.backend)["quads"][0]
        where = {"x": sum(quad[0::2]) / 4, "y": sum(quad[1::2]) / 4}
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **where)

    def type(self, label: str, text: str) -> None:
        """Put text into the field of that label, in place of what it holds."""
        field = self.find(label)
        self.call("DOM.focus", backendNodeId=field.backend)
        self.call("Input.dispatchKeyEvent", type="rawKeyDown", key="a", commands=["selectAll"])
        self.call("Input.insertText", text=text)

    def choose(self, label: str, words: str) -> None:
        """Go through a list's options by key until the one with these words is chosen."""
        field = self.find(label)
        self.call("DOM.focus", backendNodeId=field.backend)
        self.press("Home")
        seen: list[str] = []
        while (value := self.find(label).value) != words:
            if value in seen:
                raise DevToolsError(f"{label} has no option {words!r}, only {seen}")
            seen.append(value)
            self.press("ArrowDown")

    def tick(self, label: str) -> None:
        self.click(self.find(label))


def _node(raw: Mapping[str, Any]) -> Node:
    def said(name: str) -> str:
        return str(raw.get(name, {}).get("value", ""))

    states = {one["name"]: one["value"].get("value") for one in raw.get("properties", ())}
    return Node(
        said("role"),
        said("name"),
        said("value"),
        said("description"),
        states,
        raw.get("backendDOMNodeId", 0),
    )
