"""Meetings between exhibitors' people and attendees: who can be met when, asking and answering, what is fixed, and what
becomes of it. Who exhibits with which rights is `exhibitors`’ business, who has a place `registration`’s.
"""
