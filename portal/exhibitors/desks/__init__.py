"""What an exhibitor does at its desk for one event: passes, what it shows, documents both ways, tasks."""
