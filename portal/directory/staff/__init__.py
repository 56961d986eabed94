"""Pages of the directory for the publisher's staff."""
