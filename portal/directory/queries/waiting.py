"""How much waits for the publisher's editors, as SQL for the numbers on their navigation."""

CLAIMS = "SELECT count(*) FROM claim WHERE state = 'proved'"
"""Those that are proved and need a person to decide."""
PAIRS = """
SELECT count(*) FROM duplicate_hint h JOIN company a ON a.id = h.first JOIN company b ON b.id = h.second
WHERE h.state = 'open' AND a.state <> 'merged' AND b.state <> 'merged'
"""
CORRECTIONS = "SELECT count(*) FROM correction WHERE state = 'open'"
SILENT = "SELECT count(DISTINCT company) FROM reconfirmation WHERE answered_at IS NULL"
"""Companies that were asked about ageing facts and have not answered."""
