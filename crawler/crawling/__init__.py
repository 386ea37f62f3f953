"""What a crawl does: which lists it walks, which posts it asks for, and what became of each."""
