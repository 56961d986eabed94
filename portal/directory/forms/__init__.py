"""What is typed in the directory, by noun."""
