"""Everything told to a person, as spans of text with a style; pure functions.

`live` is what front ends show of a running session, `report` what an export of one says. What
both use stands beside them: spans, marks, formats, prose, conditions, failures, spend.
"""
