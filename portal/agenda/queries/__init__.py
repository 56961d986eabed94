"""What pages, feeds and commands read of agendas."""
