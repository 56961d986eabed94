"""Acts of getting in, by noun: codes, sessions, and what a right code opens."""
