"""Questions about turns."""

from uuid import UUID

from django.db.models import QuerySet

from obolo.assistant.models import Turn


def turns_of(conversation_id: UUID, limit: int = 50) -> QuerySet[Turn]:
    """What was understood and decided in a conversation, newest first."""
    return Turn.objects.filter(conversation_id=conversation_id).order_by("-at", "-id")[:limit]
