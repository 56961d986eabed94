"""The speakers’ desk."""
