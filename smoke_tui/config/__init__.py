"""Settings of the operator, and the configuration that a session is opened with."""
