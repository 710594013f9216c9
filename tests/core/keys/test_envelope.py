"""Laws of sealing."""

from __future__ import annotations

import inspect

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import KeyUnavailableError, SealError
from bot.core.keys import FileKekHolder, Place, StaticKekHolder
from bot.core.keys import envelope as sealing

KEY = bytes(range(32))
names = st.text(max_size=12)
places = st.builds(Place, names, names, names, names, names)


@given(st.binary(max_size=300), places)
def test_unseal_undoes_seal(plaintext: bytes, place: Place) -> None:
    """What was sealed comes back, whatever it was."""
    cipher = AESGCM(KEY)
    sealed = sealing.seal(cipher, plaintext, place.associated_data())
    assert sealing.unseal(cipher, sealed, place.associated_data()) == plaintext


@given(st.binary(max_size=50), places, places)
def test_another_place_opens_nothing(plaintext: bytes, place: Place, other: Place) -> None:
    """A copied ciphertext does not open anywhere else."""
    cipher = AESGCM(KEY)
    sealed = sealing.seal(cipher, plaintext, place.associated_data())
    if other != place:
        with pytest.raises(SealError):
            sealing.unseal(cipher, sealed, other.associated_data())


@given(st.binary(max_size=50), places, names)
def test_a_columns_seal_is_bound_to_the_whole_place(plaintext: bytes, place: Place, other_row: str) -> None:
    """What of it was put into bytes beforehand changes nothing."""
    cipher = AESGCM(KEY)
    column = sealing.ColumnSeal(cipher, place.region, place.subject, place.table, place.column)
    assert sealing.unseal(cipher, column.seal(place.row, plaintext), place.associated_data()) == plaintext
    assert column.unseal(place.row, sealing.seal(cipher, plaintext, place.associated_data())) == plaintext
    if other_row != place.row:
        with pytest.raises(SealError):
            column.unseal(other_row, column.seal(place.row, plaintext))


@given(st.binary(max_size=50), st.data())
def test_a_flipped_bit_is_a_clear_error(plaintext: bytes, data: st.DataObject) -> None:
    """Never wrong text."""
    cipher = AESGCM(KEY)
    sealed = bytearray(sealing.seal(cipher, plaintext, b"place"))
    position = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[position // 8] ^= 1 << (position % 8)
    with pytest.raises(SealError):
        sealing.unseal(cipher, bytes(sealed), b"place")


@given(st.binary(max_size=60))
def test_what_was_never_sealed_does_not_open(junk: bytes) -> None:
    """Short, long, or of another version."""
    with pytest.raises(SealError):
        sealing.unseal(AESGCM(KEY), junk, b"place")


def test_two_seals_of_the_same_text_differ() -> None:
    """Every seal has a nonce of its own."""
    assert sealing.seal(AESGCM(KEY), b"x", b"") != sealing.seal(AESGCM(KEY), b"x", b"")


def test_no_public_call_takes_a_nonce() -> None:
    """None can be reused where none can be passed."""
    for _name, function in inspect.getmembers(sealing, inspect.isfunction):
        assert "nonce" not in inspect.signature(function).parameters


def test_a_key_file_that_others_can_read_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """0600 or nothing."""
    path = tmp_path / "root.key"
    FileKekHolder.open_or_create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(KeyUnavailableError):
        FileKekHolder(path)


def test_a_root_key_of_the_wrong_size_is_refused() -> None:
    """32 bytes, base64."""
    for text in ("", "AAAA", "not base64 !", "A" * 200):
        with pytest.raises(KeyUnavailableError):
            StaticKekHolder.from_base64(text)
