"""Pages of enquiries: the buyer’s, the company’s."""
