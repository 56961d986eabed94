"""What holds for events: facts that can be stored, states and moves, words for places and times."""
