"""Pages for those who take part, by noun."""
