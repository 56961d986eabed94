"""What pages and commands read of programmes."""
