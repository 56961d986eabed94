"""Pages of exhibitors: for visitors, and the desk of the company's people."""
