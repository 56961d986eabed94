"""Pure rules of the room, by noun."""
