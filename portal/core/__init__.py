"""Ground everything stands on: settings, database, clock, money, text, jobs, audit.

Owns no product noun and knows neither HTTP nor a user interface.
"""
