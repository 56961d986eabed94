"""Tables of the online room, by noun."""
