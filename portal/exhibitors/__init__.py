"""Companies at an event: who exhibits in which package and on which booth, their desk, tasks and passes, scanning of badges and
meetings. What a company is stays `directory`’s business, who may come to the event `registration`’s, and money `payments`’.
"""
