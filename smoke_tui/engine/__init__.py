"""The engine: plan the next action of a session, perform it, record what came of it."""
