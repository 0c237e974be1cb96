"""The store's transactions, each written once as a coroutine over `Tx`; see `store.tx`.

Locks are taken in one order everywhere: account, play, contact, event, figures, day.
"""
