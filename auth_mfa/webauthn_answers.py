"""The options that browsers ask for, and the check of their answers, by the library webauthn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import webauthn
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from auth_mfa.challenges import LIFE, Challenge, make_challenge, open_challenge
from auth_mfa.models import Passkey
from auth_mfa.relying_party import RelyingParty

# The most characters of a text in an answer. Attestations of some kinds have certificates.
MOST_TEXT = 20_000
_VERIFIED = UserVerificationRequirement.REQUIRED


class BadAnswerError(Exception):
    """The answer is not well-formed, not signed by the key, or not for this challenge and host."""


def describe_registration(
    party: RelyingParty, title: str, user: Any, handle: str, known: Iterable[Passkey]
) -> dict[str, Any]:
    """Return the options of `navigator.credentials.create()`, as JSON."""
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=title,
        user_id=base64url_to_bytes(handle),
        user_name=user.get_username(),
        challenge=make_challenge(party.id, user, handle),
        timeout=LIFE * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.credential_id))
            for each in known
        ],
    )
    return dict(options_to_json_dict(options))


def describe_login(party: RelyingParty) -> dict[str, Any]:
    """Return the options of `navigator.credentials.get()`, as JSON. They name no user."""
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=make_challenge(party.id),
        timeout=LIFE * 1000,
        user_verification=_VERIFIED,
    )
    return dict(options_to_json_dict(options))


def check_registration(
    party: RelyingParty, user: Any, answer: Mapping[str, Any]
) -> tuple[Challenge, VerifiedRegistration]:
    """Return the challenge and the new key. Raises BadAnswerError."""
    try:
        credential = parse_registration_credential_json(_limit(answer))
        given = parse_client_data_json(credential.response.client_data_json).challenge
        challenge = open_challenge(given, party.id, user)
        if challenge is None:
            raise BadAnswerError
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=given,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    # The library raises errors of many kinds for odd bytes: its own, and those of its parsers.
    except Exception as error:
        raise BadAnswerError from error
    return challenge, verified


def read_credential_id(answer: Mapping[str, Any]) -> str:
    """Return the id of the passkey that the answer names. Raises BadAnswerError."""
    try:
        return bytes_to_base64url(parse_authentication_credential_json(_limit(answer)).raw_id)
    except Exception as error:
        raise BadAnswerError from error


def check_login(
    party: RelyingParty, passkey: Passkey, answer: Mapping[str, Any]
) -> tuple[Challenge, int]:
    """Return the challenge and the authenticator's counter. Raises BadAnswerError.

    The counter is the caller's to compare: the library does so before it checks the signature.
    """
    try:
        credential = parse_authentication_credential_json(_limit(answer))
        given = parse_client_data_json(credential.response.client_data_json).challenge
        challenge = open_challenge(given, party.id)
        handle = credential.response.user_handle
        if challenge is None or handle != base64url_to_bytes(passkey.handle):
            raise BadAnswerError
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=given,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    # As above.
    except Exception as error:
        raise BadAnswerError from error
    return challenge, verified.new_sign_count


def _limit(answer: Mapping[str, Any]) -> dict[str, Any]:
    response = answer.get("response")
    texts = [*answer.values(), *(response.values() if isinstance(response, dict) else ())]
    if any(isinstance(text, str) and len(text) > MOST_TEXT for text in texts):
        raise BadAnswerError
    return dict(answer)
