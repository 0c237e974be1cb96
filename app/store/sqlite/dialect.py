"""Translates PostgreSQL's SQL, in the subset that the transactions use, for SQLite."""

import re
from functools import cache

_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\bplayrelay\.", ""),  # there is one schema in a file
        (r"\s+FOR (?:NO KEY )?UPDATE(?: OF \w+)?(?: SKIP LOCKED)?", ""),  # and one writer
        (r"= ANY \(ARRAY\((\s*SELECT [^()]*)\)\)", r"IN (\1)"),
        (r"= ANY \(\$(\d+)(?:::\w+\[\])?\)", r"IN (SELECT value FROM json_each($\1))"),
        (r"\$(\d+)::json\b", r"CAST($\1 AS BLOB)"),  # compared and decoded as bytes
        (r"::\w+", ""),
        (r"\bgreatest\(", "max("),
        (r"\bleast\(", "min("),
        (r"\$(\d+)", r"?\1"),
    )
)


@cache
def sqlite_sql(sql: str) -> str:
    """The same statement for SQLite."""
    for pattern, replacement in _RULES:
        sql = pattern.sub(replacement, sql)
    return sql
