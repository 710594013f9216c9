"""A receipt for each change of a consent (Art. 7(1)), in the shape of a Kantara Consent Receipt 1.1.

Not certified against that specification: the fields are its own, `privacyDesk` holds what it has no place
for.
"""

from __future__ import annotations

from typing import Any

from bot.core.consents import Consent, Purpose
from bot.core.exports.facts import Facts
from bot.core.exports.texts import PackageTexts

_CATEGORIES = {
    Purpose.TRAINING.value: "conversations",
    Purpose.DESK_TRAINING.value: "messages to this bot",
    Purpose.SALE.value: "personal data",
}


def receipt(consent: Consent, facts: Facts, texts: PackageTexts) -> dict[str, Any]:
    """One receipt."""
    policy = facts.policy
    return {
        "version": "KI-CR-v1.1.0",
        "jurisdiction": facts.account.jurisdiction or "not stated",
        "consentTimestamp": int(consent.at.timestamp()),
        "collectionMethod": "button in a chat with the privacy bot",
        "consentReceiptID": consent.id,
        "language": consent.locale.replace("_", "-"),
        "piiPrincipalId": facts.account.id,
        "piiControllers": [{"piiController": policy.operator, "contact": policy.dpo}],
        "policyUrl": f"urn:policy:{policy.id}:{consent.policy_version or policy.version}",
        "services": [
            {
                "service": policy.service,
                "purposes": [
                    {
                        "purpose": texts.purposes.get(consent.purpose, consent.purpose),
                        "purposeCategory": [consent.purpose],
                        "consentType": "EXPLICIT",
                        "piiCategory": [_CATEGORIES.get(consent.purpose, "personal data")],
                        "primaryPurpose": False,
                        "termination": "withdrawn at any time by the person",
                        "thirdPartyDisclosure": False,
                    }
                ],
            }
        ],
        "sensitive": False,
        "spiCat": [],
        "privacyDesk": {
            "event": "given" if consent.given else "withdrawn",
            "at": consent.at.isoformat(),
            "noticeVersion": consent.notice_version,
            "policyVersion": consent.policy_version or None,
        },
    }
