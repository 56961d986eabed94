"""What is known about a person, who received it, and forgetting it (house rule 20).

Owns no data of other packages: `wiring` hands in a PersonalData of each.
"""
