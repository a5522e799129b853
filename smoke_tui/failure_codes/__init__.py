"""Failure codes: the one table of every way a step can end other than well."""
