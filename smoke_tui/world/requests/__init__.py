"""The requests to the world: one frozen struct each, beside the type of its answer.

A new request needs its class here, its case in `world.live.world`, and its row in
`replay.older_rules` (what makes two of them the same question to the world).
"""
