"""The network around the directory's commands, by noun."""
