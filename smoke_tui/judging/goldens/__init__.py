"""Scenario goldens: a scripted conversation with fakes, run the same way every time. Pure.

Two inputs make a scenario, six files are generated from it. Nothing here reads a file, a clock,
the environment or the network.
"""
