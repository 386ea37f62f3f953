"""Republish: one file a format, all of them views of `crawler.items.Record`."""
