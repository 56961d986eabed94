"""The staff’s editor of programmes."""
