"""A relay in this process, on a thread of its own, over real HTTP: for tests that look closely."""
