"""The events of a session: one frozen struct per kind, and the codec to and from JSON lines.

A fact is an answer of the world, stamped with the world's time. A decision is a pure function of
the runbook and of earlier facts, dated by the fact that caused it.
"""
