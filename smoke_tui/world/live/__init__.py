"""The live ports: the operator's machine."""
