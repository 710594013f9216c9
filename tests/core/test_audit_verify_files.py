"""What the verifier accepts as a checkpoint, a line, a signature and a key; and the program itself."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from bot import audit_verify
from bot.audit_verify import Kind, ed25519_holds, read_public_key, verify
from bot.core.audit_checkpoints import public_key_pem
from bot.core.audit_lines import Checkpoint, Head, export_chain, sign
from tests.core.audit_trails import (
    KEY,
    LAWS,
    OTHER_SEED,
    SEED,
    START,
    checkpoint,
    found,
    kinds,
    linked,
    restored,
    trail,
)


def test_a_service_that_signed_two_stories_is_found() -> None:
    """Both signatures hold: the key itself was used for two chains."""
    entries, others = trail(5), trail(5, says="otherwise")
    findings = found(entries, [checkpoint(entries, 2), checkpoint(entries, 5), checkpoint(others, 5)])
    assert [(each.kind, each.line) for each in findings] == [(Kind.FORKED, 3)]


def test_a_checkpoint_of_another_key_vouches_for_nothing() -> None:
    entries = trail(4)
    findings = found(entries, [checkpoint(entries, 4, seed=OTHER_SEED)])
    assert kinds(findings) == {Kind.FORGED, Kind.UNSIGNED}


@LAWS
@given(st.sampled_from(["at", "count", "head", "number", "region", "signature"]))
def test_no_field_of_a_checkpoint_can_be_changed(field: str) -> None:
    entries = trail(4)
    row = json.loads(checkpoint(entries, 4))
    other = {"at": "x", "count": 3, "head": "00" * 32, "number": 3, "region": "US", "signature": "00" * 64}
    assert kinds(found(entries, [json.dumps(row | {field: other[field]})])) == {Kind.FORGED, Kind.UNSIGNED}


def test_a_checkpoint_of_another_region_is_foreign() -> None:
    entries = trail(4)
    other = sign(Checkpoint("US", Head(4, entries[3].hash, 4), START), SEED)
    assert kinds(found(entries, [checkpoint(entries, 4), other])) == {Kind.FOREIGN}


def test_a_trail_without_checkpoints_is_said_to_be_unsigned() -> None:
    assert kinds(found(trail(3), [])) == {Kind.UNSIGNED}


def test_only_a_head_known_from_elsewhere_tells_that_trail_and_checkpoints_were_both_cut_back() -> None:
    entries = trail(6)
    kept, checkpoints = list(export_chain(entries[:3])), [checkpoint(entries, 3)]
    assert verify(kept, checkpoints, KEY) == []
    known = (6, entries[5].hash.hex())
    assert kinds(verify(kept, checkpoints, KEY, head=known)) == {Kind.TRUNCATED}


def test_a_clock_that_was_set_back_is_no_finding() -> None:
    """The order is the chain's, not the clock's."""
    entries = trail(4)
    entries[2] = replace(entries[2], at=START - timedelta(days=1))
    entries = linked(entries)
    assert found(entries, [checkpoint(entries, 4)]) == []


@pytest.mark.parametrize(
    "line",
    [
        "",
        "null",
        "[]",
        "{",
        "[" * 100_000,
        '{"number":' + "9" * 5000 + "}",
        '{"number":1}',
    ],
)
def test_a_line_that_is_no_entry_is_named(line: str) -> None:
    entries = trail(2)
    findings = verify([*export_chain(entries), line], [checkpoint(entries, 2)], KEY)
    assert [(each.kind, each.line) for each in findings] == [(Kind.UNREADABLE, 3)]


def test_a_line_that_two_readers_could_read_differently_is_no_entry() -> None:
    """A field told twice, one too many, a number as text, a hash in capitals."""
    good = next(export_chain(trail(1))).strip()
    row = json.loads(good)
    bad = [
        good[:-1] + ',"ref":"x"}',
        json.dumps(row | {"extra": 1}),
        json.dumps(row | {"number": "1"}),
        json.dumps(row | {"number": True}),
        json.dumps(row | {"number": 0}),
        json.dumps(row | {"hash": row["hash"].upper()}),
    ]
    for line in bad:
        assert kinds(verify([line], [], KEY)) == {Kind.UNREADABLE, Kind.UNSIGNED}


@LAWS
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511), st.booleans())
def test_signatures_hold_here_exactly_when_openssl_says_so(
    seed: bytes, message: bytes, bit: int, flip: bool
) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature = int.from_bytes(private.sign(message), "big") ^ (flip << bit)
    changed = signature.to_bytes(64, "big")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(changed, message)
    except InvalidSignature:
        assert not ed25519_holds(public, message, changed)
    else:
        assert not flip
        assert ed25519_holds(public, message, changed)


def test_a_signature_cannot_be_written_in_a_second_way() -> None:
    """RFC 8032, 5.1.7: a scalar of the order or above is refused."""
    signature = Ed25519PrivateKey.from_private_bytes(SEED).sign(b"m")
    order = 2**252 + 27742317777372353535851937790883648493
    scalar = int.from_bytes(signature[32:], "little") + order
    assert ed25519_holds(KEY, b"m", signature)
    assert not ed25519_holds(KEY, b"m", signature[:32] + scalar.to_bytes(32, "little"))


@pytest.mark.parametrize(
    ("public", "message", "signature"),
    [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00",
        ),
    ],
)
def test_the_vectors_of_rfc_8032_hold(public: str, message: str, signature: str) -> None:
    """Section 7.1, tests 1 and 2."""
    assert ed25519_holds(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature))


def test_the_verifier_imports_nothing_outside_the_standard_library() -> None:
    tree = ast.parse(Path(audit_verify.__file__).read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names.add((node.module or "").partition(".")[0])
    assert names <= sys.stdlib_module_names


def test_the_program_runs_alone_and_says_by_its_status_what_it_found(tmp_path: Path) -> None:
    """As a single file, without this project and without site-packages."""
    program = tmp_path / "alone" / "audit_verify.py"
    program.parent.mkdir()
    program.write_bytes(Path(audit_verify.__file__).read_bytes())
    entries = trail(5)
    chain, checkpoints, key = tmp_path / "chain", tmp_path / "checkpoints", tmp_path / "key.pub"
    chain.write_text("".join(export_chain(entries)))
    checkpoints.write_text(checkpoint(entries, 4))
    key.write_bytes(public_key_pem(SEED))

    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-I", "-S", str(program), str(chain), str(checkpoints), str(key), *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    status, said = run()
    assert (status, said.splitlines()[:2]) == (
        0,
        [
            "5 entries, nothing found. Signed up to entry 4 (2026-03-02T12:00:00.000+00:00).",
            "Entries after it, chained but not yet signed: 1.",
        ],
    )
    assert run("--head", f"5:{entries[4].hash.hex()}")[0] == 0
    assert run("--head", f"6:{'00' * 32}")[0] == 1
    chain.write_text("".join(export_chain(entries[:3])))
    status, said = run()
    assert (status, said.splitlines()[0]) == (1, "truncated: entries 4 to 4 were cut off the end")
    checkpoints.write_text(checkpoint(entries, 4) + restored(entries, 3, entries[3]))
    status, said = run()
    assert (status, said.splitlines()[0]) == (0, "3 entries, nothing found. Signed up to entry 3 (2026-03-03T12:00:00.000+00:00).")
    assert "entries 4 to 4 as they were then are no longer there (1). The chain went on from entry 3." in said
    key.write_text("no key")
    assert run()[0] == 2


def test_a_key_is_read_from_pem_or_hexadecimal_and_from_nothing_else() -> None:
    assert read_public_key(KEY.hex() + "\n") == KEY
    for text in ("", "00", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"):
        with pytest.raises(ValueError, match=r"Ed25519"):
            read_public_key(text)
    with pytest.raises(ValueError, match="Ed25519"):
        verify([], [], bytes(31))
