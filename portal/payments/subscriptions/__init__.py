"""Subscriptions: what is paid again each month or year, as Stripe bills it.

Knows what is subscribed to by (kind, key) and the name of a plan only; the package that sells says what a plan is.
Stripe issues the invoices of subscriptions, see decision 17.
"""
