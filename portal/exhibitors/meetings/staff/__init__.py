"""Meetings as the organiser sees them."""
