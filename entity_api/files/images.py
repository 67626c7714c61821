"""Images, which a decoder has to accept. Pillow is there where a model has an ImageField."""

from __future__ import annotations

from typing import IO, Any

# Others are drawings, scripts or documents, or are decoded by other programs.
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP", "TIFF")
# A few bytes may stand for gigabytes of pixels.
MOST_PIXELS = 50_000_000


def measure_image(file: IO[Any]) -> tuple[int, int]:
    """Return the width and height of an open file. Raises ValueError with the fault.

    The file is at its beginning afterwards.
    """
    # It is an extra, and only ImageField needs it (see docs/files.md).
    from PIL import Image  # noqa: PLC0415

    file.seek(0)
    try:
        with Image.open(file, formats=FORMATS) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise ValueError(f"This image has more than {MOST_PIXELS} pixels.")
            image.verify()
    # A decoder fails in many ways at bytes that somebody has made up.
    except Exception as error:
        if isinstance(error, ValueError) and str(error).startswith("This image"):
            raise
        raise ValueError(
            f"This is no image, or a broken one. The formats are {', '.join(FORMATS)}."
        ) from None
    finally:
        file.seek(0)
    return width, height
