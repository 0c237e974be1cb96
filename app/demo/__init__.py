"""The demo page: a player on one side, what arrives at the sandbox on the other."""
