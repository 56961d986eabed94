"""What the worker does about orders. Each job loads by id and may run twice."""
