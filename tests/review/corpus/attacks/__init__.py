"""The attacks. Each file plants those of one family or two; importing it registers them."""
