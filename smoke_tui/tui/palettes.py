"""The app's themes: a table of colours each, every text readable on its ground."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.theme import Theme

from smoke_tui.config.settings import Settings
from smoke_tui.structs import Struct


class Palette(Struct, frozen=True):
    """Colours of a theme; `accent` marks the focus, `warn` what waits for the operator.

    `frame` is a border without the focus, `cursor` the chosen row of the list with the focus,
    `resting` that of any other.
    """

    background: str
    surface: str
    panel: str
    text: str
    accent: str
    good: str
    bad: str
    warn: str
    frame: str
    cursor: str
    resting: str
    dark: bool = True


PALETTES: Final[Mapping[str, Palette]] = {
    "dark": Palette(
        background="#12151b",
        surface="#1a1f28",
        panel="#222936",
        text="#dfe4ec",
        accent="#6cb6ff",
        good="#62d196",
        bad="#ff8592",
        warn="#f4bf5f",
        frame="#3d4656",
        cursor="#263d5c",
        resting="#202631",
    ),
    "light": Palette(
        background="#fcfbf8",
        surface="#f4f2ec",
        panel="#e8e5dc",
        text="#22272e",
        accent="#0a57a4",
        good="#17602f",
        bad="#a01527",
        warn="#754600",
        frame="#b5b0a3",
        cursor="#d3e4f6",
        resting="#ebe8df",
        dark=False,
    ),
    "high-contrast": Palette(
        background="#000000",
        surface="#000000",
        panel="#1a1a1a",
        text="#ffffff",
        accent="#00e5ff",
        good="#5dff8f",
        bad="#ff9aa5",
        warn="#ffe600",
        frame="#c8c8c8",
        cursor="#003f5c",
        resting="#2a2a2a",
    ),
    # The colours of Okabe and Ito, which differ in brightness and for every kind of sight:
    # good is blue, bad is vermilion.
    "colour-blind": Palette(
        background="#12151b",
        surface="#1a1f28",
        panel="#222936",
        text="#e6e8ec",
        accent="#d9a6c8",
        good="#56b4e9",
        bad="#f08a4b",
        warn="#f0e442",
        frame="#4a4f5c",
        cursor="#3f3347",
        resting="#232830",
    ),
}
"""By the name that the setting `theme` has."""


THEME_WORDS: Final[Mapping[str, str]] = {
    "dark": "Light text on a dark ground.",
    "light": "Dark text on a light ground.",
    "high-contrast": "White on black, with strong borders.",
    "colour-blind": "Good is blue and bad is vermilion, which every eye tells apart.",
}


def first_theme(settings: Settings, environ: Mapping[str, str]) -> str:
    """The theme of the settings, else light where the terminal says that its ground is light.

    Some terminals set COLORFGBG, "text;ground" by number (rxvt(1), Konsole): 7 and 15 are white.
    """
    ground = environ.get("COLORFGBG", "").rpartition(";")[2]
    return settings.get("theme") or ("light" if ground in ("7", "15") else "dark")


def theme_of(name: str, palette: Palette) -> Theme:
    """A palette as Textual takes it."""
    return Theme(
        name=name,
        primary=palette.accent,
        secondary=palette.accent,
        accent=palette.accent,
        warning=palette.warn,
        error=palette.bad,
        success=palette.good,
        foreground=palette.text,
        background=palette.background,
        surface=palette.surface,
        panel=palette.panel,
        dark=palette.dark,
        variables={
            "text-accent": palette.accent,
            "text-primary": palette.accent,
            "text-success": palette.good,
            "text-error": palette.bad,
            "text-warning": palette.warn,
            "border": palette.accent,
            "border-blurred": palette.frame,
            "block-cursor-background": palette.cursor,
            "block-cursor-foreground": palette.text,
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-background": palette.resting,
            "block-cursor-blurred-foreground": palette.text,
            "block-cursor-blurred-text-style": "none",
            "block-hover-background": palette.panel,
            "scrollbar": palette.frame,
            "scrollbar-hover": palette.accent,
            "scrollbar-active": palette.accent,
            "scrollbar-background": palette.background,
            "scrollbar-background-hover": palette.background,
            "scrollbar-background-active": palette.background,
            "scrollbar-corner-color": palette.background,
        },
    )
