"""How is it written down? Locks as texts: read, written, compared."""
