"""Texts of judges that act on a terminal, a Markdown page, a web page or an encoder, if they are let."""

from __future__ import annotations

HOSTILE = (
    "\x1b[31mred\x1b[0m and \x1b]0;title\x07 and \x9b2J",
    "\u202eSSAP\u202c \u2066x\u2069 \u200f\u200e\u061c",
    "[bold red]markup[/] [link=https://example.invalid]x[/link] [@click=app.quit]y[/]",
    "<script>alert(1)</script><img src=x onerror=alert(1)> &amp; </pre></details>",
    "```\nout of the fence\n````\n~~~~\n# Heading\n| a | b |\n",
    "![picture](https://example.invalid/x.png) [link](javascript:alert(1)) @somebody #1",
    "nul \x00 bell \x07 backspace \x08\x08\x08 delete \x7f form \x0c return \rover",
    "half a pair \ud800 and another \udfff",
    "zero\u200bwidth\u200d\ufeff \u00ad\u2060",
    "]]> <![CDATA[ x ]]> \ufffe\uffff",
    "\u0301combining first, then e" + "\u0301" * 200,
    "a" * 100_000,
    "\n" * 5_000 + "last line",
)
