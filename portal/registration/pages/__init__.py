"""Pages of visitors and members around seats."""
