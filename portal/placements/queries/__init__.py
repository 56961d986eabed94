"""Reads of plans in force, of what is sponsored and what is still free."""
