"""Programmes from files: pentabarf and frab XML, c3voc and pretalx JSON, EMF’s JSON, iCalendar, CSV."""
