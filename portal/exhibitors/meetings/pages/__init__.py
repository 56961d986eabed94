"""Meetings as attendees and exhibitors’ people see them."""
