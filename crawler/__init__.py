"""Fetch pages and read them."""
