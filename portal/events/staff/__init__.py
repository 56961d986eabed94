"""Pages for the publisher's staff: finding an event, changing its time and place, cancelling it."""
