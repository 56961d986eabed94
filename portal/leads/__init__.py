"""Leads and consent receipts: who agreed to what wording, for whom, when, and who took it back.

Knows people by their address, companies by their number, and what it was about by (kind, key).
"""
