"""The crew's desk."""
