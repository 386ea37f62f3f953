"""A sample source site, and a server that plays it on this machine."""
