"""Reads of exhibitors."""
