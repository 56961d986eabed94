"""Tradefloor: the portal B2B trade publishers run."""
