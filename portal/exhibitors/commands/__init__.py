"""What is done with exhibitors, one module per noun."""
