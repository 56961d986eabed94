"""A mail server that keeps every mail on this machine, and pages that show it as a mail program would."""
