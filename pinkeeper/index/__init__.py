"""What exists? Indexes, their pages, core metadata, and what is remembered of them."""
