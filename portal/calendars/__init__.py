"""Calendar entries of anything: values, the revision ledger, feeds, invitations, links. Knows things by
(kind, key).

Publishing an entry (`commands.publish`) stores a revision and its VEVENT bytes; feeds join stored bytes,
invitations are made from the stored revision. Who was sent which revision, with which mail, is written down
with `commands.note_sent`; what one person's feed and mails tell is counted in `personal`. Does not own events, orders or mail.
"""
