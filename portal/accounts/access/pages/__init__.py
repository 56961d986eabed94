"""Pages of getting in, by way: signing in, signing up, a forgotten password, sessions."""
