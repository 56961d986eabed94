"""Reading events from files: conference lists, front matter, CSV and iCalendar become facts to be saved.

Readers are pure: text in, rows and refusals out. `run` opens files and saves; `report` tells what came of it.
"""
