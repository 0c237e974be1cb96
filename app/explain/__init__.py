"""Explains in plain words why a play is, or is not, on the contact."""
