"""How enquiries are judged: forms, times, spam, what is missing. Pure."""
