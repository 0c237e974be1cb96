"""The only public room: checks a ping, appends it to the inbox, answers once it is on disk."""
