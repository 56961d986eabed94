"""Mail: the outbox, its delivery, retries, suppression and unsubscribing. Knows addresses, not people."""
