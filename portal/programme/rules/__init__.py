"""What programmes go by."""
