"""PDFs of the package, by noun."""
