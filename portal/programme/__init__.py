"""The programme of an event: rooms, tracks, sessions with the people in them, releases, and places in workshops. Who the
people are is `speakers`’ business, who may come to the event `registration`’s.
"""
