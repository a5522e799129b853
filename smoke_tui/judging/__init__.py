"""Judge a model's answer: against a recorded one, and by a judge's verdict. Pure."""

from smoke_tui.judging.drift import TextDrift, ToolCallDrift
from smoke_tui.judging.texts import text_drift
from smoke_tui.judging.tool_calls import tool_call_drift
from smoke_tui.judging.verdict import Verdict, parse_verdict

__all__ = [
    "TextDrift",
    "ToolCallDrift",
    "Verdict",
    "parse_verdict",
    "text_drift",
    "tool_call_drift",
]
