"""uvicorn, bounded: time, sizes, trusted proxies; and further servers in the same process."""
