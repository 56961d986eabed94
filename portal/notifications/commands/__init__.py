"""Acts on mail: the outbox, and what is known of addresses."""
