"""Which public names are gone, or must be used differently? Read statically, with griffe."""
