"""How is it shown? Pure functions of results."""
