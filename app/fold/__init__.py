"""Folds inbox rows into plays and outbox events, in the transaction that removes the rows."""
