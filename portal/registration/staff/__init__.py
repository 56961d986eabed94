"""Pages for the publisher's staff: setting registration up, deciding who comes, reading who does."""
