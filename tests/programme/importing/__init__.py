"""Reading and saving programmes from files."""
