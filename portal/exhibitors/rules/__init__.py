"""Rules of exhibitors: pure."""
