"""What holds for agendas, without a database: second choices, and what is told of changes."""
