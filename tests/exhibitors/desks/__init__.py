"""Desks, through the real thing."""
