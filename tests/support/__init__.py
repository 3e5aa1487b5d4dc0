"""What the tests stand on: a real index on loopback, builders of distributions, a guard against the outside."""
