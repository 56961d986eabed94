"""What holds for seats, codes, tickets and orders. Pure."""
