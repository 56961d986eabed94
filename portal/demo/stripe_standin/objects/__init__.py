"""Stripe's objects as its API shows them, built by us; every property of the real one is there."""
