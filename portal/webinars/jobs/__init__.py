"""What the worker does about webinars, by noun."""
