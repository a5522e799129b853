"""All output for a person, as spans of text with a style; pure functions.

`live` is what front ends show of a running session, `report` what an export of one says. The
modules beside them serve both: spans, marks, formats, prose, conditions, failures, spend.
"""
