"""How many people one network may have us write to."""

from datetime import timedelta

from portal.core.rate_limits import Limit

INVITATIONS = Limit("invitations", tries=200, per=timedelta(days=1))
"""Mails to addresses somebody else typed: enough for a large group, too little for a campaign."""
