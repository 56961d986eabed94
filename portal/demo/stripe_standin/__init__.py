"""A stand-in for Stripe on this machine: the API the portal speaks, hosted pages, signed webhooks.

It keeps state, honours idempotency keys, refuses what Stripe refuses in Stripe's words, and can be told to
deliver webhooks badly. No money moves. It never starts in production, and takes test keys only.

Spoken, in the shapes of `payments.values.API_VERSION` (all addresses stand in `operations` and `billing_operations`, all
parameters in `params`, `billing_params` and `portal_params`; what Stripe knows beyond them is refused by name):

- products, prices (`lookup_keys`, `transfer_lookup_key`), tax rates; customers with address, `tax_exempt`, tax ids,
  `invoice_settings` with default payment method and custom fields; payment methods (list, attach, detach);
- Checkout Sessions in `mode=payment` and `mode=subscription` (`line_items[price]` or `price_data[recurring]`, `tax_rates`,
  `subscription_data` with description, metadata and `default_tax_rates`, `customer`). The subscription begins when the
  page is paid, as Stripe does since 2025-03-31; a declined card leaves no subscription behind;
- subscriptions: retrieve, list, cancel, update (items with `proration_behavior`, `proration_date` and `payment_behavior`;
  `pending_if_incomplete` waits in `pending_update` for a day; `trial_end` with new items and no proration lets the new ones
  begin then; `cancel_at_period_end`, which sets `cancel_at` too; metadata, tax rates, default payment method). The period
  stands on `items.data[]`. Another interval begins a new period and is billed at once;
- invoices: list, `create_preview` of a change or the next one, update, finalize, pay, void, mark uncollectible; lines,
  prorations as invoice items, `payments` when expanded, `invoice_payments` by payment intent. A refund, a charge and a
  payment intent do not name their invoice;
- the billing portal: configurations (invoice history, card, cancelling and its reasons; plan and customer changes stay
  off), sessions with `return_url` and `flow_data` for `payment_method_update` and `subscription_cancel`. Its pages are at
  `/p/session/…`, an invoice's own page, where it is paid and downloaded, at `hosted_invoice_url`;
- setup intents (of the portal's cards), test clocks (create, advance, delete; ready as soon as the call is answered);
- refunds, disputes, charges, payment intents, balance transactions, events, webhook endpoints.

Time: the clock of the machine renews by itself; customers made with a `test_clock` live by that one, and the control desk
(`/_control`, or `POST /_control/subscriptions/ID/time` with `to=next`, `to=renewal` or `days=N`) lets time go by for any
subscription. `invoice.upcoming` comes 7 days before a period ends; the renewal's invoice is a draft for an hour, then it is
charged. A payment that fails makes the subscription past due and is tried again after 3, 5 and 7 days; after the last
try it is cancelled, or what `behaviour.last_try` says. Card 4000 0000 0000 0341 can be put on file (in the portal) and is
declined ever after, 4000 0027 6000 3184 makes the bank ask again on every renewal.

`settings` and `faults` are its ground, `store` and `account` its memory. `objects` builds what Stripe would
answer, `acts` change the state; `api`, the hosted pages and `control` are its doors, `deliveries` sends the webhooks.
"""
