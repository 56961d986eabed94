"""Programmes in open formats."""
