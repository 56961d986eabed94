"""Companies and institutions that people act for: members, their roles, invitations."""
