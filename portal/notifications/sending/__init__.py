"""A mail as bytes (`mime`), and handing it to a mail server (`smtp`)."""
