"""What is one whole job? One use case a file."""
