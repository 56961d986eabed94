"""What people type when they register. Shape and syntax only."""
