"""Exhibitors, through the real thing."""
