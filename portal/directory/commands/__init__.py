"""Everything that changes the directory, by noun."""
