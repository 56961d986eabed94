"""Mail: the outbox with its queue, retries and suppression, preferences, unsubscribing. Knows addresses, not people."""
