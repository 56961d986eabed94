"""People who speak: who they are, shared by events and webinars. Where they speak is known above."""
