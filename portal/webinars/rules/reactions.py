"""What can be said without words. The values are icons of Lucide and the last part of an address."""

from enum import StrEnum


class Reaction(StrEnum):
    AGREE = "thumbs-up"
    LIKE = "heart"
    INSIGHT = "lightbulb"
    HAND = "hand"


WORDS = {
    Reaction.AGREE: "Agree",
    Reaction.LIKE: "Love it",
    Reaction.INSIGHT: "New to me",
    Reaction.HAND: "Hand up",
}
SECONDS = 10
"""Reactions are counted by so many seconds of the room."""
MOST = 20
"""So many a person gives in that time."""
