"""Events, venues and topics: the public list and pages, import, feeds, the staff's edit of time and place.

Does not own seats and money (registration), calendar mechanics (calendars) or people (accounts).
"""
