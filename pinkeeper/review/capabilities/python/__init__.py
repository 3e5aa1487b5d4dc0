"""What one Python file can do, read from its syntax tree by an abstract interpretation that runs nothing."""
