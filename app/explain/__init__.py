"""Why is this play (not) on the contact? The walk of one play, told in plain words."""
