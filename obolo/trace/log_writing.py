"""The writing of the public log: new leaves under the lock of an organisation's log.

Owns the only hand that appends: it gathers leaves, keeps how far each line got, writes all rows and
signs the new size in the same transaction. Who calls it decides what is due (`publishing`).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from obolo.causes import queries as causes
from obolo.causes.models import Purchase
from obolo.giving.models import Gift
from obolo.kit.clock import now
from obolo.ledger import rules
from obolo.organisations.bell import ring
from obolo.trace import log_keys, log_owners, log_reading
from obolo.trace.log import batching, checkpoint, leaves, note, sumtree, tree
from obolo.trace.log.batching import Batch
from obolo.trace.log.leaves import Bought, Posting, Stretch
from obolo.trace.log_keys import LOG_KEY, signer
from obolo.trace.log_models import (
    Leaf,
    LogBatch,
    LoggedFile,
    LogHead,
    LogLine,
    Share,
    SignedCheckpoint,
)

# Postings that tell what was bought; a later one about the same purchase only names it.
_BUYING: Final = ("purchase", "advance")


def locked_head() -> LogHead:
    """The organisation's log, locked until the transaction ends; made with its keys at first."""
    head = LogHead.objects.select_for_update().first()
    if head is None:
        log_keys.ensure()
        LogHead.objects.bulk_create(
            [LogHead(origin=signer(LOG_KEY).key.name)], ignore_conflicts=True
        )
        head = LogHead.objects.select_for_update().get()
    return head


@dataclass(slots=True)
class Writer:
    """Gathers leaves for one locked log and writes them together."""

    head: LogHead
    edge: tree.Frontier = field(init=False)
    lines: dict[UUID, LogLine] = field(init=False)
    fresh: list[Leaf] = field(default_factory=list)
    batches: list[LogBatch] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    files: list[LoggedFile] = field(default_factory=list)
    owners: dict[UUID, UUID] = field(default_factory=dict)  # by gift: the leaf that says whose
    fund_of: dict[UUID, UUID] = field(default_factory=dict)  # by line
    funds: set[UUID] = field(default_factory=set)  # of the gifts that were logged

    def __post_init__(self) -> None:
        self.edge = tree.Frontier.restored(self.head.size, bytes(self.head.frontier))
        self.lines = {line.line_id: line for line in LogLine.objects.all()}
        if self.edge.size == 0:
            words = {lang: rules.words(rules.CURRENT, lang) for lang in rules.LANGUAGES}
            self.add("rule", leaves.rule(self.head.origin, rules.CURRENT, words))

    def add(
        self,
        kind: str,
        body: bytes,
        *,
        entry_id: UUID | None = None,
        source_id: UUID | None = None,
        salt: bytes | None = None,
    ) -> Leaf:
        """Append one leaf."""
        leaf = Leaf(
            index=self.edge.size,
            kind=kind,
            body=body,
            entry_id=entry_id,
            source_id=source_id,
            salt=salt,
        )
        self.edge.append(tree.leaf_hash(body))
        self.fresh.append(leaf)
        return leaf

    def add_due(self, *, everything: bool) -> None:
        """Append all that is due: batches, postings, and files that came late."""
        late = log_reading.late_files()
        unlogged = log_reading.postings()
        bought = causes.purchases({source_id for _, source_id in unlogged})
        # Only a purchase may be named in public: another source may be a gift.
        postings = [
            replace(one, subject=source_id) if source_id in bought else one
            for one, source_id in unlogged
        ]
        of_entry = {one.entry_id: source_id for one, source_id in unlogged}
        waiting = self._announce()
        heads = {line_id: line.head for line_id, line in self.lines.items()}
        for step in batching.plan(heads, waiting, postings, now(), everything=everything):
            if isinstance(step, Batch):
                self._add_batch(step)
            elif step.kind == "owner":
                self._add_owner(step, of_entry[step.entry_id])
            else:
                self._add_posting(step, bought.get(step.subject) if step.subject else None)
        for purchase_id, found in late.items():
            told = leaves.evidence(purchase_id, [sha256 for _, sha256 in found])
            self.add("evidence", told, source_id=purchase_id)
            self.files += [LoggedFile(evidence_id=evidence_id) for evidence_id, _ in found]

    def _announce(self) -> dict[UUID, list[batching.Minted]]:
        """Tell of new lines; the gifts that wait, by line."""
        waiting = {}
        for line_id, fund_id, purpose, currency, head, told, more in log_reading.lines():
            self.fund_of[line_id] = fund_id
            if not told:
                self.add("line", leaves.line(line_id, fund_id, purpose, currency))
                self.lines[line_id] = LogLine(line_id=line_id, currency=currency)
            if more:
                waiting[line_id] = log_reading.gifts(line_id, head)
        return waiting

    def _add_batch(self, batch: Batch) -> None:
        wanted = [one.gift_id for one in batch.minted]
        reference_of = dict(
            Gift.objects.filter(id__in=wanted).values_list("id", "payment__reference")
        )
        at = sumtree.places(len(batch.minted))
        nodes = [sumtree.zero() for _ in range(sumtree.width_for(len(batch.minted)))]
        row = LogBatch()
        for position, one in zip(at, batch.minted, strict=True):
            salt = secrets.token_bytes(sumtree.SALT_BYTES)
            reference = reference_of.get(one.gift_id, str(one.gift_id))
            committed = sumtree.commitment(salt, reference)
            nodes[position] = sumtree.leaf(one.stretch.minor, salt, committed)
            self.shares.append(
                Share(
                    batch=row,
                    mint_id=one.mint_id,
                    gift_id=one.gift_id,
                    position=position,
                    salt=salt,
                )
            )
        root = sumtree.rows(nodes)[-1][0]
        assert root.minor == batch.stretch.minor
        told = leaves.gifts(batch.stretch, len(batch.minted), root.hashed, now())
        row.leaf = self.add("gifts", told)
        row.leaves = sumtree.packed(nodes)
        self.batches.append(row)
        self.lines[batch.stretch.line_id].head = batch.stretch.hi
        self.funds.add(self.fund_of[batch.stretch.line_id])

    def _add_owner(self, posting: Posting, gift_id: UUID) -> None:
        """A gift is another's: its commitment is superseded, if it is in the log at all."""
        # The last one alone counts: of several at once only the last has a salt.
        for leaf in self.fresh:
            if leaf.kind == "owner" and self.owners.get(gift_id) == leaf.id:
                leaf.salt = None
        told = log_owners.superseding(gift_id, self.shares)
        salt = None
        if told:
            posting, salt = replace(posting, details={**posting.details, **told[0]}), told[1]
        [body] = leaves.posting(posting)
        leaf = self.add("owner", body, entry_id=posting.entry_id, salt=salt)
        self.owners[gift_id] = leaf.id

    def _add_posting(self, posting: Posting, purchase: Purchase | None) -> None:
        salt = told = None
        if purchase and posting.kind in _BUYING:
            salt = secrets.token_bytes(sumtree.SALT_BYTES)
            shown = list(purchase.evidence.all())
            what = leaves.description_hash(salt, purchase.description)
            told = Bought(what, tuple(bytes(one.sha256) for one in shown))
            self.files += [LoggedFile(evidence_id=one.id) for one in shown]
        for body in leaves.posting(posting, told):
            self.add(
                posting.kind,
                body,
                entry_id=posting.entry_id,
                source_id=posting.subject,
                salt=salt,
            )
        for stretch in posting.minted:
            self.lines[stretch.line_id].head = stretch.hi
        self._count([s for use in posting.taken for s in use.spans], 1)
        self._count(posting.freed, -1)

    def _count(self, stretches: Sequence[Stretch], sign: int) -> None:
        for stretch in stretches:
            self.lines[stretch.line_id].used_minor += sign * stretch.minor

    def close(self, *, signers: Sequence[note.Signer] = ()) -> int:
        """Write all rows and sign the new size; how many leaves were added.

        `signers` instead of the log's key: when it changes, the old and the new one sign.
        """
        if not self.fresh:
            return 0
        Leaf.objects.bulk_create(self.fresh)
        LogBatch.objects.bulk_create(self.batches)
        Share.objects.bulk_create(self.shares)
        LoggedFile.objects.bulk_create(self.files)
        known = set(LogLine.objects.values_list("id", flat=True))
        for line in self.lines.values():
            if line.id in known:
                line.save(update_fields=["head", "used_minor"])
        LogLine.objects.bulk_create(one for one in self.lines.values() if one.id not in known)
        LogHead.objects.filter(id=self.head.id).update(
            size=self.edge.size, frontier=self.edge.packed()
        )
        told = checkpoint.Checkpoint(self.head.origin, self.edge.size, self.edge.root())
        text = told.text()
        lines = [one.line(text) for one in signers or [signer(LOG_KEY)]]
        SignedCheckpoint.objects.create(
            size=told.size, root=told.root, note=note.assembled(text, lines)
        )
        # Open pages look again: what was "not yet provable" may be now.
        ring(*(f"fund:{fund_id}" for fund_id in self.funds))
        return len(self.fresh)
