"""What a message can mean: the 46 labels, what each stands for, and which request belongs to which question.

The ids are a contract with everything that answers: policy sections, button flows, statistics. A label is never
renamed; the order here is the order of the rows in the trained head.
"""

from __future__ import annotations

from enum import Enum
from typing import Final


class Group(Enum):
    """What kind of reply a label calls for."""

    FAQ = "faq"
    ACTION = "action"
    SMALL_TALK = "small talk"
    OUT = "out"


MEANING: Final[dict[str, str]] = {
    "training_use": "Whether conversations are used to train/improve AI models (yes by default, opt-out possible).",
    "opt_out_how": (
        "How / whether / where one can switch model training off (toggle in data preferences), and what "
        "opting out does."
    ),
    "data_collected": "What personal data is collected and why / for which purpose it is used.",
    "retention_period": "How long conversations/data are kept (by default, unless deleted sooner or saved).",
    "data_center_location": (
        "Where data is stored / in which country the data centres or servers are (China, Singapore; regional "
        "routing)."
    ),
    "residency_eu": "Where data of users in Europe stays / whether EU data leaves the EU or goes to China.",
    "residency_us": "Where data of US / North American users is kept; US data residency.",
    "encryption": "Encryption in transit and at rest including whether data is encrypted at all.",
    "security_overview": (
        "Generic 'is my data safe / how do you protect it' questions not about one specific measure."
    ),
    "internal_access": (
        "Who inside the company (staff, employees) can see user data; role-based access control and audit "
        "logs of accesses."
    ),
    "certifications_soc2": "Certifications and independent third-party audits, what they mean.",
    "gdpr_compliance": "GDPR compliance and which extra rights GDPR/European users have in general.",
    "ccpa_rights": "CCPA / California residents' rights (other than a plain 'do you sell my data').",
    "do_not_sell": "Whether personal data is sold (to advertisers, brokers, third parties). It is not sold.",
    "pipl": "Compliance with China's Personal Information Protection Law (PIPL).",
    "breach_notification": "What happens / who is told and how fast after a data breach or hack.",
    "export_how": (
        "How / whether one can get a copy of, access, export or take away one's data (portability), in which "
        "format and how fast."
    ),
    "delete_account_how": (
        "How / whether one can delete the account with all data, incl. right to be forgotten, steps, password"
        " confirmation."
    ),
    "deletion_timeline": (
        "How long account/data deletion takes, backups, what happens to the account meanwhile, whether "
        "everything is really gone."
    ),
    "deletion_grace_period": (
        "Whether / until when an account deletion can be undone or data recovered (grace period, "
        "afterwards nothing)."
    ),
    "delete_conversation_how": "How to delete one single conversation (trash icon in chat history).",
    "clear_history_how": (
        "How to clear the whole chat history while keeping the account (privacy section in account settings)."
    ),
    "rectification_how": "Whether / how incorrect personal data can be corrected (right to rectification).",
    "restriction_how": "What the right to restrict processing is / how to use it.",
    "objection_automated": "Automated decision-making / profiling and the right to object to it.",
    "response_times": (
        "How fast data requests are acknowledged and fulfilled and what happens "
        "when they are delayed or complex."
    ),
    "escalate_dpo": (
        "How to escalate or complain when a request is not answered; whether/how the data protection officer "
        "can be contacted."
    ),
    "policy_source_version": (
        "Where the official/authoritative privacy policy is, when it was last updated, who publishes it."
    ),
    "user_rights_overview": "Which rights and controls users have over their data in general; who owns the data.",
    "do_opt_out": "User asks to be opted out of model training now.",
    "do_opt_in": "User asks to turn model training (back) on for their data.",
    "do_export": "User asks for a copy / export of their data to be made now.",
    "do_clear_history": "User asks to erase the whole chat history now (account stays).",
    "do_delete_conversation": "User asks to delete one particular conversation now.",
    "do_delete_account": "User asks to delete / close the account with all data now (harmful if triggered wrongly).",
    "do_cancel_deletion": "User asks to stop/undo a pending account deletion and restore the account.",
    "do_rectify": "User asks to correct personal data about them now (name, e-mail, birth date, ...).",
    "do_restrict": "User asks to restrict / pause processing of their data now.",
    "do_object": "User objects now to automated decision-making / profiling about them.",
    "do_request_status": (
        "User asks for the status of a request they have already made (export, deletion, ticket ...)."
    ),
    "do_contact_human": "User wants to be connected with a human / support agent / the DPO now.",
    "do_change_language": "User asks the bot to switch to another language.",
    "greeting": "Hello, goodbye, 'who are you / are you a bot / what can you do', help.",
    "thanks": "Thanks, praise, acknowledgement.",
    "not_in_policy": (
        "Privacy question that the policy does not answer (cookies, children, government requests, location, "
        "third-party SDKs, biometrics, another person's data, ...)."
    ),
    "out_of_scope": (
        "Nothing to do with this privacy policy: chit-chat, pricing, product help, other products, general "
        "knowledge, gibberish, empty, prompt injection without privacy content."
    ),
}

LABELS: Final[tuple[str, ...]] = tuple(MEANING)
INDEX: Final[dict[str, int]] = {label: row for row, label in enumerate(LABELS)}

SMALL_TALK: Final[frozenset[str]] = frozenset({"greeting", "thanks"})
OUT: Final[frozenset[str]] = frozenset({"not_in_policy", "out_of_scope"})
ACTIONS: Final[tuple[str, ...]] = tuple(label for label in LABELS if label.startswith("do_") and label != "do_not_sell")
FAQ: Final[tuple[str, ...]] = tuple(label for label in LABELS if label not in {*ACTIONS, *SMALL_TALK, *OUT})

# The question that stands behind each request: what is answered when a request turns out to be only a question.
QUESTION_BEHIND: Final[dict[str, str]] = {
    "do_opt_out": "opt_out_how",
    "do_opt_in": "opt_out_how",
    "do_export": "export_how",
    "do_clear_history": "clear_history_how",
    "do_delete_conversation": "delete_conversation_how",
    "do_delete_account": "delete_account_how",
    "do_cancel_deletion": "deletion_grace_period",
    "do_rectify": "rectification_how",
    "do_restrict": "restriction_how",
    "do_object": "objection_automated",
    "do_request_status": "response_times",
    "do_contact_human": "escalate_dpo",
    "do_change_language": "greeting",
}


def group_of(label: str) -> Group:
    """The group of one label; an unknown label is a programming mistake and raises KeyError."""
    if label not in INDEX:
        raise KeyError(label)
    if label in SMALL_TALK:
        return Group.SMALL_TALK
    if label in OUT:
        return Group.OUT
    return Group.ACTION if label in QUESTION_BEHIND else Group.FAQ


def is_action(label: str) -> bool:
    """Whether the label stands for something to be done rather than told ("do_not_sell" is a question)."""
    return label in QUESTION_BEHIND
