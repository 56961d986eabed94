"""Acts on enquiries, by who acts."""
