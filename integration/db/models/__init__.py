"""Tables, one file for each family. Importing this package registers them all on `Base.metadata`, which Alembic reads."""

from integration.db.models.base import Base
from integration.db.models.enrichment import CreditCharge, FindingRow, ProviderCacheRow, ProviderKeyRow
from integration.db.models.inbox import DeadLetterRow, DeliveryRow, SeenEventRow
from integration.db.models.ledger import LedgerRow, NoteRow, RunRow
from integration.db.models.limits import RateWindowRow
from integration.db.models.portal import OAuthStateRow, OAuthTokenRow, PortalRow
from integration.db.models.results import BriefRow, DraftRow, ScoreRow
from integration.db.models.sync import SyncCheckpointRow
from integration.db.models.worklist import RecordStateRow, WorkItemRow

__all__ = [
    "Base",
    "BriefRow",
    "CreditCharge",
    "DeadLetterRow",
    "DeliveryRow",
    "DraftRow",
    "FindingRow",
    "LedgerRow",
    "NoteRow",
    "OAuthStateRow",
    "OAuthTokenRow",
    "PortalRow",
    "ProviderCacheRow",
    "ProviderKeyRow",
    "RateWindowRow",
    "RecordStateRow",
    "RunRow",
    "ScoreRow",
    "SeenEventRow",
    "SyncCheckpointRow",
    "WorkItemRow",
]
