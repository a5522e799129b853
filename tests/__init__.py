"""The tests. What is imported is compiled once for all processes, whatever the machine prefers."""

import os
import sys

# Tests start hundreds of children; without kept bytecode each compiles the product anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
