"""What plans give and cost, which months can be sponsored, how bookings move. Pure."""
