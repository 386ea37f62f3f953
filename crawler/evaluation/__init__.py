"""How right, and how fast, labelled pages are read: what `scrapy evaluate` counts and shows."""
