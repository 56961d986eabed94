"""What changes the account's state: one function per act, which takes the account first and never waits."""
