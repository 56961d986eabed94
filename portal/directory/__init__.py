"""The company directory: profiles and their dated facts, who owns them, enquiries, and what owners are told of them.

A company's published profile is one document (`values.Profile`). Columns and rows beside it are derived from it in one
place, `saving.write`. Does not own organisations and their members (accounts), plans (placements) or files (media).
"""
