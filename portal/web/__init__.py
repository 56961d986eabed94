"""Litestar glue: rendering, forms, errors, security, assets, the page cache. Knows no user and no product noun."""
