"""Scenario packs as folders: find them, read them, write their goldens."""
