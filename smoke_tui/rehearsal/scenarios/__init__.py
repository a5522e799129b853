"""The scenarios of the rehearsal, as a table of data."""
