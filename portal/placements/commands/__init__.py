"""Choosing plans, taking sponsorships, paying for them."""
