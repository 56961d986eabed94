"""Pages for those who prepare webinars, by noun."""
