"""`claims-svc proofs verify`: checks proofs from files alone, on any machine."""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from chassis.service import OfflineCommand
from claims_svc.domain import merkle, proof, proof_check
from claims_svc.domain.checkpoint import Checkpoint, UnreadableTextError, read_checkpoint, read_inclusion
from claims_svc.domain.claim import claim_reference
from claims_svc.domain.proofs_together import differences_between
from claims_svc.root_key import NotAKeyError, PublicKey
from contracts.proof_roots import short_hash

MATCH, DIFFERENT = 0, 1
INCLUSION_SUFFIX = ".tlog-proof"
_PROOF_FILE_NAME = re.compile(r"^(W[0-9A-HJKMNP-TV-Z]{10})-v([1-9]\d{0,9})\.json$")


def claim_version_named_by(path: Path) -> tuple[str, int] | None:
    """Return claim reference and claim version; None when the file is not named as the export names it."""
    name = _PROOF_FILE_NAME.match(path.name)
    return (name[1], int(name[2])) if name else None


def report_on(found: Mapping[Path, Sequence[str]], *, remarks: Mapping[Path, str] | None = None) -> int:
    """Print MATCH or every difference of each file; return 1 when there is one."""
    for path, differences in found.items():
        remark = f" {remarks[path]}" if remarks and path in remarks else ""
        lines = [f"DIFFERENT: {difference}" for difference in differences] or [f"MATCH{remark}"]
        sys.stdout.write("".join(f"{path.name}: {line}\n" for line in lines))
    return DIFFERENT if any(found.values()) else MATCH


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="proofs as `proofs export` wrote them")
    parser.add_argument(
        "--root",
        type=Path,
        metavar="ROOT",
        help=f"a signed root, kept from claims.proof-root.v1: it must cover each proof; its path, FILE with the "
        f"suffix {INCLUSION_SUFFIX} for .json, lies beside it",
    )
    parser.add_argument("--key", type=_public_key, metavar="PUBLIC", help="the public key that must have signed it")
    parser.set_defaults(wrong_use=parser.error)


def _public_key(text: str) -> PublicKey:
    try:
        return PublicKey.read(text)
    except NotAKeyError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _run(arguments: argparse.Namespace) -> int:
    if arguments.key and not arguments.root:
        arguments.wrong_use("--key is for the signature of a root: --root is missing")
    root, differences = _checked_root(arguments) if arguments.root else (None, {})
    remarks: dict[Path, str] = {}
    paths: defaultdict[str, list[Path]] = defaultdict(list)
    read: dict[str, proof.Document] = {}
    for path in arguments.files:
        try:
            canonical = path.read_bytes()
        except OSError as error:
            differences[path] = [f"cannot be read: {error.strerror}"]
            continue
        sha256 = proof.sha256_of(canonical)
        remarks[path] = f"sha256 {sha256}, in letters {short_hash(sha256)}"
        differences[path] = [*proof_check.differences(canonical), *(_outside(path, sha256, root) if root else ())]
        with suppress(proof.UnreadableProofError):
            read[sha256] = proof.read(canonical)
            differences[path] += _misnamed(path, read[sha256])
            paths[sha256].append(path)
    for sha256, found in differences_between(read):
        for path in paths[sha256]:
            differences[path].append(found)
    return report_on(differences, remarks=remarks)


def read_root(path: Path) -> Checkpoint:
    """Read a signed root.

    Raises:
        UnreadableTextError: it is none, or cannot be read.
    """
    return read_checkpoint(_text_of(path))


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UnreadableTextError(str(error.strerror)) from None
    except UnicodeDecodeError:
        raise UnreadableTextError("not text") from None


def _checked_root(arguments: argparse.Namespace) -> tuple[Checkpoint | None, dict[Path, list[str]]]:
    path: Path = arguments.root
    try:
        root = read_root(path)
    except UnreadableTextError as error:
        return None, {path: [f"cannot be read: {error}"]}
    if not arguments.key:
        sys.stderr.write(f"{path.name}: who signed it was not checked, because there is no --key\n")
        return root, {path: []}
    return root, {path: [] if arguments.key.has_signed(root) else ["was not signed by this key"]}


def _outside(path: Path, sha256: str, root: Checkpoint) -> Iterable[str]:
    """Yield why `root` does not cover the proof."""
    path = path.with_suffix(INCLUSION_SUFFIX)
    try:
        inclusion = read_inclusion(_text_of(path))
    except UnreadableTextError as error:
        yield f"its path to the root, {path.name}, cannot be read: {error}"
        return
    if (size := inclusion.checkpoint.size) != root.size:
        yield f"its path leads to the root of {size} proofs, not to that of {root.size}: export both from one root"
        return
    entry = bytes.fromhex(sha256)
    if merkle.root_by_path(entry, index=inclusion.index, size=root.size, path=inclusion.path) != root.root:
        yield "the root does not cover this proof"


def _misnamed(path: Path, document: proof.Document) -> Iterable[str]:
    """Yield that a file is named as another proof than it is; one with a name of its own is never misnamed."""
    own = claim_reference(document.basis.claim_id), document.claim_version
    if claim_version_named_by(path) not in {None, own}:
        yield f"is the proof of {own[0]}, version {own[1]}"


VERIFY = OfflineCommand(
    ("proofs", "verify"),
    "decide again from each file, check it and its chain; needs no settings and no database",
    _add_arguments,
    _run,
)
