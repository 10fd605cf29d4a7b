"""The store: the only place that knows SQL. One query module per aggregate; rows go out as tuples."""
