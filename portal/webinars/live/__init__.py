"""Room pages that follow what happens: regions, their hub in each web process, the stream."""
