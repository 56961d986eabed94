"""Pages of programmes for everybody."""
