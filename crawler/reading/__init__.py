"""From the bytes of a page to an Article or list rows: pure functions, no I/O, no clock.

`article.read_article` and `listing.read_rows` are the two entrances.
"""
