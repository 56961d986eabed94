"""How a webinar's report reckons and says what it counted. Pure."""
