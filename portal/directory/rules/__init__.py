"""What holds for profiles, names, facts and their order; pure."""
