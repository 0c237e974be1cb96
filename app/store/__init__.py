"""Everything durable: transactions written once, run by SQLite or PostgreSQL.

`store`: what others use, in parts (`pipeline`, `account`, `admin`), with the `records` and
`reports` that go in and out. A part runs one of the `transactions`, which decide by the pure
`rules` and know the engine as `tx.Tx` alone. `sqlite` and `postgres` are the two engines.
"""
