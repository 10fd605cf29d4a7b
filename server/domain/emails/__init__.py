"""Emails: which there are, what they say, and how they get on their way."""
