"""Pages of the directory for visitors and members."""
