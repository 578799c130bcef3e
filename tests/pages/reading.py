"""Reading pages in tests."""

from lxml import html

PAGES_TO_READ = (
    "/",
    "/?code=abc",
    "/tra-cuu/H15-261001-9999",
    "/dashboard",
    "/dashboard?counting=instant&as_of=2026-10-01&unit=H15",
    "/dashboard/dossiers?bucket=closed",
    "/thu-tuc",
    "/thu-tuc/1.001193",
    "/don-vi",
    "/don-vi/H15.11",
    "/viec/H15.50.05.13",
    "/viec/H15.50.05.13?state=late&officer=cb-0003",
)


def parse(text: str) -> html.HtmlElement:
    """The page as a tree."""
    return html.document_fromstring(text)


def said_in(element: html.HtmlElement) -> str:
    """What an element says, without its markup."""
    return " ".join(" ".join(element.itertext()).split())


def words_of(text: str) -> str:
    """What a page says."""
    return said_in(parse(text).xpath("//main")[0])
