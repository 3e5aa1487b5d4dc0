"""The measuring itself: what is recorded is served as it was, and only runs that met nothing else count."""
