"""The pins of locks that other tools wrote in formats of their own, so that a first lock can keep them."""
