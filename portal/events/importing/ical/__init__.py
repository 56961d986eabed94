"""iCalendar (RFC 5545): taken apart entry by entry, put on its zone's clock, repeated up to a horizon."""
