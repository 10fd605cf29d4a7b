"""The benchmark: the service and the floor under it, side by side under the same load."""
