"""Acts on money. Every one is a single transaction without network calls."""
