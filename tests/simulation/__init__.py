"""Weeks of visitors in seconds: the real relay on a virtual clock, held against what was true."""
