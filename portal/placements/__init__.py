"""What advertisers buy: profile plans by subscription, sponsorships of categories by the month.

Knows its customers by (kind, key) and categories by their slug only; the package above says who may buy for whom.
"""
