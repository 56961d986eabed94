"""Pages on which a company's people edit its profile, section by section, in a draft they share."""
