"""The demo: seed data and the local stand-ins for Stripe and a mail server. Never part of production."""
