"""What one person saved, across packages: sessions, events and webinars, with second choices that move up, a calendar of
their own, and what is told when something changes. What somebody booked is the booking package’s; it is shown beside.
"""
