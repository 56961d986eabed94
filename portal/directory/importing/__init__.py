"""Companies from registers and lists: ROR, Health Canada, the French database of medicines, and CSV by a mapping file.

Reading is pure; what was read is compared with what the source said before, and saved by `commands.importing`.
"""
