"""Addresses of what is bought and shown: purchases, their files, and the story of a cause."""

from django.urls import path

from obolo.web.console import (
    cause_story,
    correction,
    draft_files,
    evidence,
    purchase,
    purchases,
    waiting,
)
from obolo.web.console.page import methods, staff_page

_FORM = "causes/<slug:cause>/purchases/new"
_STORY = "causes/<slug:cause>/story"
_ONE = "purchases/<uuid:purchase_id>"
_FILE = "evidence/<uuid:evidence_id>"

urlpatterns = [
    path(
        _FORM,
        methods(get=staff_page(purchases.begin, ability="purchase")),
        name="console-purchase-begin",
    ),
    path(
        f"{_FORM}/<uuid:draft>",
        methods(
            get=staff_page(purchases.form, ability="purchase"),
            post=staff_page(purchases.record, ability="purchase"),
        ),
        name="console-purchase-form",
    ),
    path(
        f"{_FORM}/<uuid:draft>/files",
        methods(post=staff_page(draft_files.add, ability="purchase")),
        name="console-draft-files",
    ),
    path(
        f"{_FORM}/<uuid:draft>/files/<uuid:file_id>/removal",
        methods(post=staff_page(draft_files.remove, ability="purchase")),
        name="console-draft-remove",
    ),
    path(f"{_ONE}/", methods(get=staff_page(purchase.show)), name="console-purchase"),
    path(
        f"{_ONE}/approval",
        methods(post=staff_page(purchase.approve, ability="purchase")),
        name="console-approve",
    ),
    path(
        f"{_ONE}/refusal",
        methods(post=staff_page(purchase.refuse, ability="purchase")),
        name="console-refuse",
    ),
    path(
        f"{_ONE}/place",
        methods(post=staff_page(purchase.put_place, ability="purchase")),
        name="console-place",
    ),
    path(
        f"{_ONE}/files",
        methods(post=staff_page(evidence.add, ability="purchase")),
        name="console-evidence-add",
    ),
    path(
        f"{_ONE}/corrections/new",
        methods(get=staff_page(correction.begin, ability="money")),
        name="console-correct-begin",
    ),
    path(
        f"{_ONE}/corrections/new/<uuid:draft>",
        methods(
            get=staff_page(correction.form, ability="money"),
            post=staff_page(correction.correct, ability="money"),
        ),
        name="console-correct",
    ),
    path(_FILE, methods(get=staff_page(evidence.show)), name="console-evidence"),
    path(
        f"{_FILE}/version",
        methods(post=staff_page(evidence.replace, ability="purchase")),
        name="console-evidence-replace",
    ),
    path(
        f"{_FILE}/withdrawal",
        methods(post=staff_page(evidence.withdraw, ability="purchase")),
        name="console-evidence-withdraw",
    ),
    path(
        f"{_FILE}/original",
        methods(post=staff_page(evidence.original, ability="money")),
        name="console-original",
    ),
    path("money/waiting/", methods(get=staff_page(waiting.show)), name="console-waiting"),
    path(
        "money/limits",
        methods(post=staff_page(waiting.set_limit, ability="limits")),
        name="console-limits",
    ),
    path(f"{_STORY}/", methods(get=staff_page(cause_story.show)), name="console-cause-story"),
    path(
        f"{_STORY}/note",
        methods(post=staff_page(cause_story.write_note, ability="causes")),
        name="console-cause-note",
    ),
    path(
        f"{_STORY}/outcomes",
        methods(post=staff_page(cause_story.write_outcome, ability="causes")),
        name="console-cause-outcomes",
    ),
    path(
        f"{_STORY}/outcomes/<uuid:outcome_id>/approval",
        methods(post=staff_page(cause_story.approve_outcome, ability="causes")),
        name="console-outcome-approve",
    ),
    path(
        f"{_STORY}/outcomes/<uuid:outcome_id>/withdrawal",
        methods(post=staff_page(cause_story.take_back_outcome, ability="causes")),
        name="console-outcome-take-back",
    ),
    path(
        f"{_STORY}/topics",
        methods(post=staff_page(cause_story.describe, ability="causes")),
        name="console-cause-topics",
    ),
    path(
        "outcome-photos/<uuid:photo_id>",
        methods(get=staff_page(cause_story.photo)),
        name="console-outcome-photo",
    ),
]
