"""What Roster does: the resources as frozen dataclasses, and the use cases. No grpc, no proto, no SQL."""
