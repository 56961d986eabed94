"""Public data of companies for machines: the HTTP API, CSV, Atom."""
