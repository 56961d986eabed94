"""The pages of an exhibitor’s desk."""
