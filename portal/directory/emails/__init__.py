"""Mails of the directory, built from values. Called by jobs only."""
