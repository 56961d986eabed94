"""What a host reads of a webinar."""
