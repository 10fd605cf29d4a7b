"""Roster: users, roles and user actions, served over gRPC."""
