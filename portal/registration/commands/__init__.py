"""Acts on seats and orders. Locks are taken in one order everywhere: purchase, order, quotas by id."""
