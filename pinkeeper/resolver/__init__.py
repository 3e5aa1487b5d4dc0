"""Which versions? The resolver, its view of the world, and its explanations."""
