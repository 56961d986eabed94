"""What opens strangers' files: a process of its own for each (`python -m portal.media.workshop`), with little to spend.

Knows nothing of the portal: it reads one file, writes what it makes beside it and says what it found.
"""
