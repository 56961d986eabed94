"""What a company noted of people at one event: leads as they stand, and the chain of everything that was ever written of them.

The database links the records and lets nobody change one (migration `20261129_0201`). What is personal in a record can be
erased, and the chain holds all the same: it is made of digests. See docs/leads.md and decision 27.
"""
