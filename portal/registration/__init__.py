"""Seats at events: ticket types, quotas, codes, holds, orders, attendees, the waiting list, tickets as documents.

Does not own money (payments) nor the event itself (events).
"""
