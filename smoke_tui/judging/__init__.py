"""Compare a model's response with a recorded one. Pure."""

from smoke_tui.judging.drift import TextDrift, ToolCallDrift
from smoke_tui.judging.texts import text_drift
from smoke_tui.judging.tool_calls import tool_call_drift

__all__ = ["TextDrift", "ToolCallDrift", "text_drift", "tool_call_drift"]
