"""Pure rules: no I/O, no clock, no randomness. Everything the relay decides, it decides here."""
