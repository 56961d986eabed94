"""The speakers’ desk: what somebody who speaks hands in without an account, and how far everybody is, for the organiser."""
