"""Exhibitors, floor plans and what is booked on them."""
