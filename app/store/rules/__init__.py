"""Pure decisions of the store, an idea each.

Times are milliseconds since the epoch unless said otherwise.
"""
