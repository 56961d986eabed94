"""Reads of enquiries, by who looks: each gives only what that side may know."""
