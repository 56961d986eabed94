"""What a fresh demo holds: people, real events of other organisers, and the invented publisher's own with tickets."""
