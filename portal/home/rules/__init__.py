"""What is decided across packages."""
