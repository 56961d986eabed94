"""What is done at desks, one module per noun."""
