"""The types of files, which are recognised by their content and never by what a client says.

HTML, SVG and scripts have no type here. They are plain text or plain bytes, so that no browser runs
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from os import SEEK_END
from typing import IO, Any

from api_http.faults import UNSTORABLE

# Bytes. The signature of a TAR archive stands at 257.
_HEAD = 512
# So much of a file is looked at before it is taken for text.
_SAMPLE = 2**16


@dataclass(frozen=True)
class FileType:
    """A type of files. `key` stands in the names of stored files.

    `extensions` are those of names that fit the type. A file of the type has one of `signatures` at
    its beginning, each with its offset.
    """

    key: str
    media_type: str
    extensions: tuple[str, ...]
    signatures: tuple[tuple[int, bytes], ...] = ()


PLAIN = FileType("txt", "text/plain; charset=utf-8", ())
BYTES = FileType("bin", "application/octet-stream", ())
_ZIP = FileType("zip", "application/zip", ("zip",), ((0, b"PK\x03\x04"), (0, b"PK\x05\x06")))
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
# A ZIP archive is a document by a name that it holds.
_IN_ZIP = {
    b"word/document.xml": FileType("docx", f"{_OFFICE}wordprocessingml.document", ("docx",)),
    b"xl/workbook.xml": FileType("xlsx", f"{_OFFICE}spreadsheetml.sheet", ("xlsx",)),
    b"ppt/presentation.xml": FileType("pptx", f"{_OFFICE}presentationml.presentation", ("pptx",)),
}
# Others say their media type in a first file named "mimetype", which is not compressed.
_MIMETYPE = 30
_BY_MIMETYPE = (
    FileType("odt", f"{_OPEN}text", ("odt",)),
    FileType("ods", f"{_OPEN}spreadsheet", ("ods",)),
    FileType("odp", f"{_OPEN}presentation", ("odp",)),
    FileType("epub", "application/epub+zip", ("epub",)),
)
_SIGNED = (
    FileType("png", "image/png", ("png",), ((0, b"\x89PNG\r\n\x1a\n"),)),
    FileType("jpg", "image/jpeg", ("jpg", "jpeg"), ((0, b"\xff\xd8\xff"),)),
    FileType("gif", "image/gif", ("gif",), ((0, b"GIF87a"), (0, b"GIF89a"))),
    FileType("webp", "image/webp", ("webp",), ((8, b"WEBPVP8"),)),
    FileType("avif", "image/avif", ("avif",), ((4, b"ftypavif"), (4, b"ftypavis"))),
    FileType("heic", "image/heic", ("heic", "heif"), ((4, b"ftypheic"), (4, b"ftypmif1"))),
    FileType("tif", "image/tiff", ("tif", "tiff"), ((0, b"II*\0"), (0, b"MM\0*"))),
    FileType("bmp", "image/bmp", ("bmp",), ((6, b"\0\0\0\0"),)),
    FileType("pdf", "application/pdf", ("pdf",), ((0, b"%PDF-"),)),
    _ZIP,
    FileType("gz", "application/gzip", ("gz", "tgz"), ((0, b"\x1f\x8b\x08"),)),
    FileType("7z", "application/x-7z-compressed", ("7z",), ((0, b"7z\xbc\xaf\x27\x1c"),)),
    FileType("tar", "application/x-tar", ("tar",), ((257, b"ustar"),)),
    FileType("mp3", "audio/mpeg", ("mp3",), ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"))),
    FileType("wav", "audio/wav", ("wav",), ((8, b"WAVEfmt "),)),
    FileType("flac", "audio/flac", ("flac",), ((0, b"fLaC"),)),
    FileType("ogg", "application/ogg", ("ogg", "oga", "ogv", "opus"), ((0, b"OggS"),)),
    FileType("m4a", "audio/mp4", ("m4a",), ((4, b"ftypM4A"),)),
    FileType("mov", "video/quicktime", ("mov",), ((4, b"ftypqt"),)),
    FileType("mp4", "video/mp4", ("mp4", "m4v"), ((4, b"ftyp"),)),
    FileType("webm", "video/webm", ("webm", "mkv"), ((0, b"\x1a\x45\xdf\xa3"),)),
    FileType("rtf", "application/rtf", ("rtf",), ((0, b"{\\rtf"),)),
    FileType(
        "ole",
        "application/x-ole-storage",
        ("doc", "xls", "ppt", "msg"),
        ((0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),),
    ),
)
_ALL = (PLAIN, BYTES, *_SIGNED, *_IN_ZIP.values(), *_BY_MIMETYPE)
TYPES = {each.key: each for each in _ALL}
_BY_EXTENSION = {name: each for each in _ALL for name in each.extensions}


def find_type(file: IO[Any]) -> FileType:
    """Return the type of an open file by its content. The file is at its beginning afterwards."""
    file.seek(0)
    sample: bytes = file.read(_SAMPLE)
    head = sample[:_HEAD]
    found = next((each for each in _SIGNED if _is_signed(head, each)), None)
    if found is _ZIP:
        found = _look_into_archive(file, sample)
    elif found is None:
        found = PLAIN if _is_text(sample) else BYTES
    file.seek(0)
    return found


def find_type_of_name(name: str) -> FileType:
    """Return the type that a file of this name probably has, where its content is not known."""
    return _BY_EXTENSION.get(find_extension(name), BYTES)


def find_extension(name: str) -> str:
    """Return what stands after the last dot of a name, in small letters; empty without a dot."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if stem and dot else ""


def fits(type_: FileType, extension: str) -> bool:
    """Return whether a file of the type may have this extension.

    Text and unknown bytes may have any extension but those of types that are recognised.
    """
    if extension in type_.extensions:
        return True
    return type_ in (PLAIN, BYTES) and extension not in _BY_EXTENSION


def _is_signed(head: bytes, type_: FileType) -> bool:
    if type_.key == "bmp" and not head.startswith(b"BM"):
        return False
    return any(head.startswith(bytes_, offset) for offset, bytes_ in type_.signatures)


def _look_into_archive(file: IO[Any], head: bytes) -> FileType:
    """Return the type of a ZIP archive. Its names stand in its first and its last bytes."""
    for type_ in _BY_MIMETYPE:
        if head.startswith(b"mimetype" + type_.media_type.encode(), _MIMETYPE):
            return type_
    file.seek(max(0, file.seek(0, SEEK_END) - _SAMPLE))
    names = head + file.read(_SAMPLE)
    return next((type_ for name, type_ in _IN_ZIP.items() if name in names), _ZIP)


def _is_text(sample: bytes) -> bool:
    """Return whether the bytes are text in UTF-8 without control characters."""
    for cut in range(4):  # the sample may end within a character
        try:
            text = sample[: len(sample) - cut].decode()
        except UnicodeDecodeError:
            continue
        return not UNSTORABLE.search(text) and all(
            letter >= " " or letter in "\t\n\r\f" for letter in text
        )
    return False
