"""What staff see of a webinar while they set it up, by noun."""
