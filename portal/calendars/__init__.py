"""Calendar entries of anything: values, the revision ledger, feeds, invitations. Knows things by (kind, key) only."""
