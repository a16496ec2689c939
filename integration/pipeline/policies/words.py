"""Why a value was written or left alone, in words a rep or an admin understands. One table for ledger, reports and pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from integration.pipeline.policy import Rule, WritePolicy

REASONS: Final[Mapping[str, str]] = {
    "own_property": "one of Leadlight's own properties",
    "was_blank": "the field was empty",
    "own_value_renewed": "Leadlight's own earlier value was brought up to date",
    "always": "the policy of this property is always",
    "newer": "seen later than the standing value was set",
    "more_certain": "more certain than the standing value",
    "refusal_told": "says what HubSpot objected to",
    "unchanged": "the value stands there already",
    "switched_off": "the policy of this property is never",
    "routing_closed": "a routing field that no admin has opened",
    "nothing_to_write": "nothing was found",
    "filled_by_others": "somebody else filled it, and the policy fills blanks only",
    "set_by_person": "a person set this value",
    "set_by_import": "an import set this value",
    "set_by_unknown": "HubSpot does not say who set this value, so it counts as a person's",
    "cleared_by_person": "a person emptied this field on purpose",
    "cleared_by_import": "an import emptied this field",
    "cleared_by_unknown": "somebody emptied this field, and HubSpot does not say who",
    "undone_before": "this value was undone before",
    "not_newer": "not seen later than the standing value was set",
    "age_unknown": "how old the values are is not known",
    "not_more_certain": "not certain enough to replace the standing value",
    "certainty_unknown": "Leadlight computed this value, so its certainty is not known",
    "margin_not_stated": "another app's value is only replaced with a stated margin, and none is stated",
    "option_unknown": "this account has no such option",
    "option_ambiguous": "several options of this account could be meant",
    "option_hidden": "the option that fits is hidden in this account",
    "property_missing": "the property does not exist in this account",
    "property_read_only": "apps cannot change this property",
    "person_chose": "a person chose this value after a merge",
    "before_merge": "stood here before a merge",
    "value_unfit": "the value does not fit the type of the property",
    "note_created": "this note was not there yet",
    "note_changed": "what the note tells has changed",
    "note_found": "Leadlight's own note was found again",
    "changed_since": "somebody changed it after the dry run",
    "stands_already": "it stands there already",
    "record_gone": "the record was deleted in HubSpot",
    "overtaken": "a live run was faster",
    "declined_by_person": "a person declined it",
}


def reason_in_words(reason: str) -> str:
    """The words for a machine word; an unknown one is shown as it is."""
    return REASONS.get(reason, reason.replace("_", " "))


POLICY_WORDS: Final[Mapping[WritePolicy, str]] = {
    WritePolicy.NEVER: "never written",
    WritePolicy.IF_BLANK: "filled where it is blank",
    WritePolicy.IF_NEWER: "written when seen later than the standing value was set",
    WritePolicy.IF_MORE_CERTAIN: "written when more certain than the standing value",
    WritePolicy.ALWAYS: "always written",
}
PRESET_WORDS: Final[Mapping[str, str]] = {
    "cautious": "Cautious: no property of HubSpot's is touched",
    "fill_blanks": "Fill blanks: everything Leadlight knows goes where nothing stands",
    "keep_fresh": "Keep fresh: what ages is brought up to date, the rest is filled where blank",
}


def rule_in_words(rule: Rule) -> str:
    """A rule as a clause."""
    words = [POLICY_WORDS[rule.policy]]
    if rule.policy is WritePolicy.IF_MORE_CERTAIN:
        words.append(
            "another app's values stay"
            if rule.margin_ratio is None
            else f"another app's values only by {100 * rule.margin_ratio:.0f} points"
        )
    if rule.people_may_be_overwritten:
        words.append("even over what people and imports set")
    return ", ".join(words)
