"""Keys, logs and witnesses of the tests."""

from obolo.trace.log import checkpoint, note, tree

LOG = note.Signer.of("log.example/one", bytes(32))
OTHER = note.Signer.of("log.example/two", b"\x02" * 32)
WITNESS = note.Signer.of("witness.example/w", b"\x03" * 32, note.COSIGNATURE)


def hashes(count: int) -> list[bytes]:
    """The leaf hashes of a log of so many entries."""
    return [tree.leaf_hash(b"entry %d" % n) for n in range(count)]


def signed(count: int, *, forked: bool = False) -> str:
    """The checkpoint of that log; `forked`: its last entry is another one."""
    leaves = hashes(count)
    if forked:
        leaves[-1] = tree.leaf_hash(b"another")
    told = checkpoint.Checkpoint(LOG.key.name, count, tree.root(leaves))
    return checkpoint.sign(told, LOG)
