"""A document of some pages, as a PDF."""

PAGES = 10


def handout() -> bytes:
    """Ten empty pages of 200 by 100 points."""
    kids = " ".join(f"{number} 0 R" for number in range(3, 3 + PAGES))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {PAGES} >>",
        *["<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Resources << >> >>"] * PAGES,
    ]
    content = b"%PDF-1.7\n"
    places = []
    for number, text in enumerate(objects, start=1):
        places.append(len(content))
        content += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return (
        content
        + f"xref\n0 {size}\n0000000000 65535 f \n{table}".encode()
        + f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(content)}\n%%EOF\n".encode()
    )
