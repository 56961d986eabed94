"""What changes the room, by noun."""
