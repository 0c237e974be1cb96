"""Claims due events under the rate limit, sends them, and settles each with one outcome."""
