"""The shared engine: PostgreSQL, for any number of collectors and deliverers at once.

An account is a schema. Every table is named with it, and nothing depends on the state of a session,
so that a pooler in transaction mode may stand in between.
"""
