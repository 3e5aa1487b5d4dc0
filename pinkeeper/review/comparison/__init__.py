"""Which files and fields differ, and how? Pairing, lines, moved code, metadata."""
