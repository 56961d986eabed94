"""Acts on agendas: saving, joining, following what changes, telling."""
