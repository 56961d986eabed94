"""Speed as ratios to a bare page on the same server, in one run: `uv run python -m tests.bench`."""
