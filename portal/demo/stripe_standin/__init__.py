"""A stand-in for Stripe on this machine: the API the portal speaks, the hosted payment page, signed webhooks.

It keeps state, honours idempotency keys, refuses what Stripe refuses in Stripe's words, and can be told to
deliver webhooks badly. No money moves. It never starts in production, and takes test keys only.

`settings` and `faults` are its ground, `store` and `account` its memory. `objects` builds what Stripe would
answer, `acts` change the state; `api`, `checkout_page` and `control` are its three doors, `deliveries` sends the webhooks.
"""
