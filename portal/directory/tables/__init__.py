"""Tables of the directory, by noun."""
