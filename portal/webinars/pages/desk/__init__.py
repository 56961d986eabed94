"""`/webinars/{slug}/desk`: where the crew runs a webinar, by noun."""
