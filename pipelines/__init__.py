"""Clean, check, keep: one file, one verb each, run in the order that crawler.settings numbers."""
