"""What was asked for: requirement files, ``pyproject.toml``, dependency groups and settings, read purely."""
