"""Requests to the outside, their ports, and what a step's context offers."""
