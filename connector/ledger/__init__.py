"""The tables that remember what was sent and what became of it."""
