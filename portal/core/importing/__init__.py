"""What every import of files shares: opening them, taking JSON, YAML and CSV apart record by record, refusals with line
and reason, progress, and the table at the end. Knows nothing of what is imported.
"""
