"""Reads of the directory, by noun."""
