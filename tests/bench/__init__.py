"""`make bench`: how much of a bare server's speed is left once every ping is on disk.

Everything is a ratio within one run, or a count: the same machine, the same minute, by turns.
"""
