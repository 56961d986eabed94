"""The staff’s pages about desks."""
