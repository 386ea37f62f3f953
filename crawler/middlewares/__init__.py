"""Rules for requests: where they may go, and whether robots.txt lets them."""
