"""What watches a run: its figures and its progress."""
