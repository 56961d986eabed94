"""Reads of events: list and facets, month, one event, what staff look at, what feeds are made of."""
