"""What the worker does for the directory, by noun."""
