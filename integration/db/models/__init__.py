"""Tables, one file for each family. Importing this package registers them all on `Base.metadata`, which Alembic reads."""

from integration.db.models.automation import RoutingDecisionRow, TimelineEventRow, WorkflowExecutionRow
from integration.db.models.base import Base
from integration.db.models.budget import BudgetRow, BudgetUseRow, CreditCallRow
from integration.db.models.cards import CardRequestRow, DealLinkRow, OwnerRow
from integration.db.models.cnpj import CnpjCompanyRow, CnpjEstablishmentRow, CnpjLoadRow, CnpjLookupRow, CnpjTaxRow
from integration.db.models.console import AuditRow, ConsoleRoleRow, ConsoleSessionRow
from integration.db.models.created import CreatedObjectRow, RecordIdentityRow
from integration.db.models.duplicates import DuplicatePairRow, MatchRecordRow
from integration.db.models.enrichment import CreditCharge, FindingRow, ProviderCacheRow, ProviderKeyRow
from integration.db.models.heat import HeatModelRow, HeatWatchRow
from integration.db.models.inbox import DeadLetterRow, DeliveryRow, SeenEventRow
from integration.db.models.lead_files import LeadFileChunkRow, LeadFilePartRow, LeadFileRow, LeadMappingRow
from integration.db.models.ledger import LedgerRow, NoteRow, RunRow
from integration.db.models.limits import RateWindowRow
from integration.db.models.people import DigestKeyRow, PersonDigestRow
from integration.db.models.portal import OAuthStateRow, OAuthTokenRow, PortalRow
from integration.db.models.provider_use import (
    ProviderChoiceRow,
    ProviderFlightRow,
    ProviderGateRow,
    ProviderObservationRow,
    ProviderPinRow,
    ProviderTermsRow,
)
from integration.db.models.results import BriefRow, DraftRow, DraftTaskRow, ScoreRow
from integration.db.models.score_setup import DealHistoryRow, ScoreDraftRow, ScoreProfileRow
from integration.db.models.sync import SyncCheckpointRow
from integration.db.models.trust import AlertRow, PropertyCatalogRow, PropertyPolicyRow, ReviewRow
from integration.db.models.worklist import RecordStateRow, WorkItemRow

__all__ = [
    "AlertRow",
    "AuditRow",
    "Base",
    "BriefRow",
    "BudgetRow",
    "BudgetUseRow",
    "CardRequestRow",
    "CnpjCompanyRow",
    "CnpjEstablishmentRow",
    "CnpjLoadRow",
    "CnpjLookupRow",
    "CnpjTaxRow",
    "ConsoleRoleRow",
    "ConsoleSessionRow",
    "CreatedObjectRow",
    "CreditCallRow",
    "CreditCharge",
    "DeadLetterRow",
    "DealHistoryRow",
    "DealLinkRow",
    "DeliveryRow",
    "DigestKeyRow",
    "DraftRow",
    "DraftTaskRow",
    "DuplicatePairRow",
    "FindingRow",
    "HeatModelRow",
    "HeatWatchRow",
    "LeadFileChunkRow",
    "LeadFilePartRow",
    "LeadFileRow",
    "LeadMappingRow",
    "LedgerRow",
    "MatchRecordRow",
    "NoteRow",
    "OAuthStateRow",
    "OAuthTokenRow",
    "OwnerRow",
    "PersonDigestRow",
    "PortalRow",
    "PropertyCatalogRow",
    "PropertyPolicyRow",
    "ProviderCacheRow",
    "ProviderChoiceRow",
    "ProviderFlightRow",
    "ProviderGateRow",
    "ProviderKeyRow",
    "ProviderObservationRow",
    "ProviderPinRow",
    "ProviderTermsRow",
    "RateWindowRow",
    "RecordIdentityRow",
    "RecordStateRow",
    "ReviewRow",
    "RoutingDecisionRow",
    "RunRow",
    "ScoreDraftRow",
    "ScoreProfileRow",
    "ScoreRow",
    "SeenEventRow",
    "SyncCheckpointRow",
    "TimelineEventRow",
    "WorkItemRow",
    "WorkflowExecutionRow",
]
