"""The Receita's open-data files in a folder, zipped or not, read as a stream: memory does not grow with the file.

`;`, every field quoted, no header, ISO-8859-1. Names differ from month to month ("Empresas0.zip", "K3241.K03200Y0.D61108.EMPRECSV"): what
counts is the word in them.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from integration.core.errors import BadInput

ENCODING: Final = "iso-8859-1"
# What a file's name contains, and which kind that is. Companies come before their branches only for the reader's sake.
KINDS: Final = {
    "EMPRE": "Empresas", "ESTABELE": "Estabelecimentos", "SIMPLES": "Simples", "SOCIO": "Socios", "CNAE": "Cnaes", "MOTI": "Motivos",
    "MUNIC": "Municipios", "NATJU": "Naturezas", "NATUREZA": "Naturezas", "PAIS": "Paises", "QUAL": "Qualificacoes",
}  # fmt: skip
_SUFFIXES: Final = ("CSV", "ZIP", "ESTABELE")


@dataclass(frozen=True)
class DataFile:
    """One file to load. `size` in bytes, as it lies on the disk."""

    path: Path
    kind: str
    size: int


def find_files(folder: Path) -> list[DataFile]:
    """The register's files in a folder, by kind and name. Raises BadInput when there is none."""
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder", reason="no_folder")
    found = []
    for path in sorted(folder.iterdir()):
        name = path.name.upper()
        kind = next((kind for word, kind in KINDS.items() if word in name), None)
        if path.is_file() and kind and name.endswith(_SUFFIXES):
            found.append(DataFile(path, kind, path.stat().st_size))
    if not found:
        raise BadInput(f"{folder} holds none of the register's files, such as Empresas0.zip", reason="no_files")
    order = list(dict.fromkeys(KINDS.values()))
    return sorted(found, key=lambda one: (order.index(one.kind), one.path.name))


@contextmanager
def opened(file: DataFile) -> Iterator[tuple[IO[str], IO[bytes]]]:
    """The text, and what tells how far into the file on the disk it is. Raises BadInput for an archive that is broken."""
    with file.path.open("rb") as raw:
        if not zipfile.is_zipfile(raw):
            raw.seek(0)
            yield io.TextIOWrapper(raw, ENCODING, newline=""), raw
            return
        try:
            with zipfile.ZipFile(raw) as archive, archive.open(archive.infolist()[0]) as member:
                yield io.TextIOWrapper(member, ENCODING, newline=""), raw
        except (zipfile.BadZipFile, zlib.error, IndexError, EOFError) as error:
            raise BadInput(f"{file.path.name} is a broken archive", reason="broken_archive") from error


def records(text: IO[str]) -> Iterator[tuple[int, list[str] | None]]:
    """Each record with the line it ends on; None for one that cannot be taken apart. NUL characters, which some months hold, are dropped."""
    lines = (line.replace("\x00", "") for line in text)
    reader = csv.reader(lines, delimiter=";")
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield reader.line_num, None
            continue
        if fields:
            yield reader.line_num, fields
