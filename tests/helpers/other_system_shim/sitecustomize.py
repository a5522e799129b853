"""Makes a Python on Linux one that lacks what only Linux has, for the process that loads this.

Put on PYTHONPATH it is loaded by itself at the start of a child. It says `darwin`, takes away
`os.fdatasync` and the other calls of Linux, refuses every look into /proc, and finds no `prctl`.
Children that are started without PYTHONPATH get it, too: `sys.executable` becomes a program that
loads this first. As on macOS there is an F_FULLFSYNC, which the file system here refuses. Who
looked for what is gone is noted in the folder SMOKE_ELSEWHERE_NOTES, so that a test can see that
it was in force.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import signal
import sys
import types

GONE = {
    os: (
        "fdatasync",
        "pidfd_open",
        "posix_fadvise",
        "posix_fallocate",
        "sched_getaffinity",
        "sched_setaffinity",
        "memfd_create",
        "eventfd",
        "copy_file_range",
        "splice",
        "getrandom",
        "setresuid",
        "getresuid",
        "O_PATH",
        "O_TMPFILE",
        "P_PIDFD",
    ),
    select: ("epoll",),
    signal: ("pidfd_send_signal", "sigtimedwait", "sigwaitinfo"),
}
F_FULLFSYNC = 51
"""Its number on macOS; Linux answers EINVAL, as a file system there may that has no such sync."""
LOOKS = ("stat", "lstat", "access", "readlink")
OPENS = frozenset({"open", "os.listdir", "os.scandir", "os.chdir"})


def of_proc(path: object) -> bool:
    text = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else ""
    return text == "/proc" or text.startswith("/proc/")


def missing(path: object) -> OSError:
    note()
    return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)


def hook(event: str, args: tuple[object, ...]) -> None:
    if event in OPENS and args and of_proc(args[0]):
        raise missing(args[0])
    if event == "ctypes.dlsym" and args[1] == "prctl":
        note()
        raise AttributeError("undefined symbol: prctl")


def blind(real: object) -> object:
    def look(path: object, *args: object, **more: object) -> object:
        if of_proc(path):
            raise missing(path)
        return real(path, *args, **more)  # type: ignore[operator]

    return look


def note() -> None:
    """Note which program has looked for something that is not there."""
    folder = os.environ.get("SMOKE_ELSEWHERE_NOTES")
    if folder:
        with open(os.path.join(folder, "looked"), "a", encoding="utf-8") as file:
            file.write(f"{os.path.basename(sys.argv[0]) if sys.argv else '-'}\n")


def take_away() -> None:
    for module, names in GONE.items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    sys.platform = "darwin"
    # What urllib imports there.
    proxies = types.ModuleType("_scproxy")
    vars(proxies).update(_get_proxy_settings=dict, _get_proxies=dict)
    sys.modules["_scproxy"] = proxies
    fcntl.F_FULLFSYNC = F_FULLFSYNC  # type: ignore[attr-defined]
    for name in LOOKS:
        setattr(os, name, blind(getattr(os, name)))
    sys.addaudithook(hook)


def main() -> None:
    """Run what a command line of Python names: a file, or `-c`, or `-m`; flags are dropped."""
    import runpy

    arguments = sys.argv[1:]
    while arguments and arguments[0] in ("-I", "-S", "-u", "-E", "-s"):
        arguments.pop(0)
    kind = arguments.pop(0) if arguments[:1] in (["-c"], ["-m"]) else "file"
    what = arguments[0]
    sys.argv[:] = ["-c" if kind == "-c" else what, *arguments[1:]]
    if kind == "-c":
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})
    elif kind == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        sys.path.insert(0, os.path.dirname(os.path.abspath(what)))
        runpy.run_path(what, run_name="__main__")


take_away()
if __name__ == "__main__":
    main()
else:
    sys.executable = os.environ.get("SMOKE_ELSEWHERE_PYTHON", sys.executable)
