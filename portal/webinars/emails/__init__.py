"""Mails about webinars, built from values. Called by jobs only."""
