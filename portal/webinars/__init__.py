"""The online room of an event: lobby, live, replay, questions, polls, chat, attendance, certificates, sponsors' leads.

An event owns title, time, topics and registration; a webinar is what happens in its room.
"""
