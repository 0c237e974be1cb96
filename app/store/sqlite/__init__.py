"""The embedded engine: SQLite in WAL mode at full durability, on threads of its own."""
