"""Sums and their tax, where a supply is taxed, and the ways money may move. Pure."""
