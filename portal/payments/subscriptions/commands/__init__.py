"""Everything that changes a subscription, what is asked of Stripe about it, and the invoices it brought."""
