"""Claims due events, takes permits from the quota, sends, and settles each with one outcome."""
