"""Files that people hand in: pictures made anew in a few widths, documents checked, both kept by their content.

Owns where the bytes lie and what is known of them. Whose a file is, it knows by (kind, key) only; who may read a private
file is said by the owning package (`wiring.media_readers`).
"""
