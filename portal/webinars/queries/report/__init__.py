"""What a webinar's report counts, over everybody with a place who is neither of its crew nor of the publisher's staff."""
