"""The front page and hubs, composed from other packages' queries."""
