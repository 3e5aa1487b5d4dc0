"""Who approved what? The entries of a ledger, how they are written, and what they cover."""
