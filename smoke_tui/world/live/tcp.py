"""Whether anything listens at an address; the reason where nothing does, in words of ours."""

from __future__ import annotations

import asyncio
import os
import socket


async def refused(host: str, port: int) -> str | None:
    """Why no connection comes about; None where one does."""
    try:
        async with asyncio.timeout(2.0):
            _, writer = await asyncio.open_connection(host, port)
        writer.close()
    except (OSError, ValueError) as error:
        return _unreachable(error)
    return None


def _unreachable(error: Exception) -> str:
    """Why no connection was made, in words that hold nothing of where it was to go."""
    if isinstance(error, TimeoutError):
        return "no answer"
    if isinstance(error, socket.gaierror):
        return "its host is not known"
    if isinstance(error, ValueError):
        return "its address can't be read"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return "no connection was made"
