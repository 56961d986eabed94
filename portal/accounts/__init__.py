"""People and who they are: accounts, sign-in, codes, sessions, organisations and their members, staff roles, guards.

Does not own what people buy, book or write; packages above hand in their part of a person's data.
"""
