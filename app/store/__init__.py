"""One interface for everything durable, and its engines."""
