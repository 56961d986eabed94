"""What the worker does about exhibitors. Each loads by id and may run twice."""
