"""What is inside a file? Wheels and sdists read safely; nothing from them is ever run but by `build`, when allowed."""
