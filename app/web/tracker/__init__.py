"""What pages load: the built script and its adapters, and the tag that asks for them."""
