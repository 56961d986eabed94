"""What is done with meetings, one module per act."""
