"""Puts the relay together and runs it: stores, clients, workers, and what the routes are given."""
