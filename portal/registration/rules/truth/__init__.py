"""The order's record: one plain-language timeline that buyer and support read alike. Pure: made from stored facts."""
