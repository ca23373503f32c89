"""Rows about what is open to all: under which terms the organisation publishes its books."""

from typing import ClassVar

from django.db import models

from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.organisations.wall import Walled


class OpenTerms(Walled):
    """The licence and the identifier under which open data go out. The newest row counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    licence = models.CharField(max_length=40)  # an SPDX name, see `open_terms.LICENCES`
    iati_identifier = models.CharField(max_length=80, default="")  # of the organisation; "" none
    chosen_by = models.UUIDField(null=True)  # staff; null: the installation
    chosen_at = models.DateTimeField(default=now)

    class Meta:
        """Read by time."""

        indexes: ClassVar = [
            models.Index(fields=["organisation", "-chosen_at"], name="open_terms_newest")
        ]
