"""Pages for the publisher's staff."""
