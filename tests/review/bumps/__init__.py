"""Real bumps, read live: what the rules say of releases that did no harm."""
