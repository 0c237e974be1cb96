"""Pure decisions of the store, one idea per file.

Times are milliseconds since the epoch unless stated otherwise.
"""
