"""The only public package: checks a ping, appends it to the inbox, answers once it is on disk."""
