"""Money: purchases, attempts to pay, settling, refunds, invoices, the inbox of Stripe's events.

Knows what is bought by (kind, key) only; the package that sells gives plain lines and takes the paid purchase back.
"""
