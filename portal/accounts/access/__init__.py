"""Getting in and staying in: sign-up, sign-in, reset, codes typed by a person, sessions, limits on tries."""
