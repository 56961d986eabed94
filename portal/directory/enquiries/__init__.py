"""Enquiries and requests for quotation: buyers ask several companies at once, hidden from each other if they wish.

What either side may know of the other is decided by the queries: a name that is not revealed is never read from the
database. Does not own companies (directory), files (media) or the mails themselves (notifications).
"""
