"""Commands of `scrapy` that this project adds or makes stricter."""
