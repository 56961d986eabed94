"""Reads of tickets, orders, people on seats, the waiting list."""
