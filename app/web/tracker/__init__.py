"""The built script and its adapters, and the tag with which pages load them."""
