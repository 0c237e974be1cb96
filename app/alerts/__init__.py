"""Tells somebody what is wrong and when it is good again, by webhook and mail."""
