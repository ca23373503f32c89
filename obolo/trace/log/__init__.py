"""The public log: pure parts of it.

Owns: hashing of the tree and of the sums inside a batch of gifts, signed notes, checkpoints, tiles,
proof files, the bodies of leaves, what is logged next, and the witness's answers. Doors: the
modules. Never: the database, the network, the clock, a name, the amount of one gift in clear.
"""
